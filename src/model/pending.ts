/** What is known now, or will be: for steps that must wait only now and then. */
export type Pending<T> = T | Promise<T>;
