/** Fewer are sorted faster by hand than by the engine. */
const FEW = 48;

/** Sorts the first `count` numbers in place, ascending. */
export function sortNumbers(numbers: Int32Array, count: number): void {
  if (count > FEW) {
    numbers.subarray(0, count).sort();
    return;
  }
  for (let next = 1; next < count; next += 1) {
    const number = numbers[next] ?? 0;
    let place = next;
    for (; place > 0; place -= 1) {
      const before = numbers[place - 1] ?? 0;
      if (before <= number) break;
      numbers[place] = before;
    }
    numbers[place] = number;
  }
}
