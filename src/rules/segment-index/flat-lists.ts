/** Many short lists of small numbers in two arrays: list `i` is `items[starts[i]]` to `items[starts[i + 1]]`. */
export interface FlatLists {
  readonly starts: Int32Array;
  readonly items: Int32Array;
}

export function flatLists(lists: readonly (readonly number[])[]): FlatLists {
  const starts = new Int32Array(lists.length + 1);
  lists.forEach((list, at) => {
    starts[at + 1] = (starts[at] ?? 0) + list.length;
  });
  const items = new Int32Array(starts[lists.length] ?? 0);
  lists.forEach((list, at) => {
    items.set(list, starts[at]);
  });
  return { starts, items };
}

/** For each number below `count`, the positions of the lists that hold it, ascending. */
export function invertedLists(lists: readonly (readonly number[])[], count: number): FlatLists {
  const holders: number[][] = Array.from({ length: count }, () => []);
  lists.forEach((list, at) => {
    for (const item of list) holders[item]?.push(at);
  });
  return flatLists(holders);
}
