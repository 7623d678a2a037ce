-- Sends requests that were made beforehand, one after the other; each line of the file is one, with \r\n
-- written as the two characters of an escape. With a pause, each connection waits so many ms in between, in the mean:
-- were all pauses alike, connections would go in step.

local requests = {}
local at = 0
local pause = 0

function init(args)
  for line in io.lines(args[1]) do
    requests[#requests + 1] = line:gsub("\\r\\n", "\r\n")
  end
  pause = tonumber(args[2])
  -- Connections should not send in step.
  at = math.random(0, #requests - 1)
end

function request()
  at = at % #requests + 1
  return requests[at]
end

if os.getenv("BENCH_PACED") == "1" then
  function delay()
    return math.random(math.floor(pause / 2), math.floor(pause * 1.5))
  end
end

function done(summary, latency)
  io.write(string.format(
    'JSON {"requests":%d,"durationUs":%d,"p50Us":%d,"p99Us":%d,"status":%d,"broken":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  ))
end
