/** What a client says of the device it runs on. */
export interface DeviceClaim {
  /** `User-Agent`, cut at a limit. */
  readonly agent: string;
  /** Client hints, unquoted; "" where none came. */
  readonly platform: string;
  readonly model: string;
  readonly isMobile: boolean | null;
}

/** What can be told of a device, in lower case; null where it cannot. */
export interface DeviceFacts {
  readonly vendor: string | null;
  readonly hardwareType: string | null;
  readonly osVersion: string | null;
  readonly osName: string | null;
  readonly model: string | null;
  readonly marketingName: string | null;
  readonly manufacturer: string | null;
}

/** What a parser of agents that knows nothing of our lists makes of one; "" where it has no opinion. */
export interface ParsedAgent {
  readonly os: string;
  readonly osVersion: string;
  /** The name of a version: `8.1` of Windows NT 6.3. */
  readonly osRelease: string;
  /** `mobile`, `tablet`, `desktop`, `tv`, `bot`. */
  readonly platform: string;
}

export type DeviceDetector = (claim: DeviceClaim) => DeviceFacts;
