/** Fewer are sorted faster by hand than by a function that asks another one about each two. */
const FEW = 24;

/** Sorts in place, ascending. */
export function sortNumbers(numbers: number[]): void {
  if (numbers.length > FEW) {
    numbers.sort((one, other) => one - other);
    return;
  }
  for (let next = 1; next < numbers.length; next += 1) {
    const number = numbers[next] ?? 0;
    let place = next;
    for (let before = numbers[place - 1]; before !== undefined && before > number; ) {
      numbers[place] = before;
      place -= 1;
      before = numbers[place - 1];
    }
    numbers[place] = number;
  }
}
