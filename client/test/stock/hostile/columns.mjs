// The column encodings of Automerge's binary format, as the library writes
// them: LEB128 numbers, run-length, delta and boolean columns.

export function uint(value) {
  const bytes = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return bytes;
}

export function int(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const last = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
    bytes.push(last ? low : low | 0x80);
    if (last) return bytes;
  }
}

export class Reader {
  #bytes;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get done() {
    return this.#at >= this.#bytes.length;
  }

  take(length) {
    if (this.#at + length > this.#bytes.length) throw new RangeError("cut off");
    return this.#bytes.subarray(this.#at, (this.#at += length));
  }

  rest() {
    return this.take(this.#bytes.length - this.#at);
  }

  uint() {
    const [value] = this.#number();
    return Number(value);
  }

  int() {
    const [value, bits, last] = this.#number();
    return Number(last & 0x40 ? value - (1n << bits) : value);
  }

  prefixed() {
    return this.take(this.uint());
  }

  #number() {
    let value = 0n;
    for (let bits = 0n; ; bits += 7n) {
      const [byte] = this.take(1);
      value |= BigInt(byte & 0x7f) << bits;
      if (byte < 0x80) return [value, bits + 7n, byte];
    }
  }
}

const text = value => {
  const bytes = Buffer.from(value);
  return [...uint(bytes.length), ...bytes];
};

// Run-length: a positive count repeats the value after it, a negative one is
// followed by so many values, a zero by a count of nulls.
function runs(values, write) {
  const bytes = [];
  let literal = [];
  const flush = () => {
    if (literal.length > 0) bytes.push(...int(-literal.length), ...literal.flatMap(write));
    literal = [];
  };
  for (let from = 0, to; from < values.length; from = to) {
    for (to = from + 1; to < values.length && values[to] === values[from]; to++);
    if (values[from] === null) {
      flush();
      bytes.push(0, ...uint(to - from));
    } else if (to - from === 1) {
      literal.push(values[from]);
    } else {
      flush();
      bytes.push(...int(to - from), ...write(values[from]));
    }
  }
  flush();
  return values.every(value => value === null) ? [] : bytes;
}

function readRuns(bytes, read) {
  const from = new Reader(bytes);
  const values = [];
  while (!from.done) {
    const count = from.int();
    if (count > 0) {
      const value = read(from);
      for (let i = 0; i < count; i++) values.push(value);
    } else if (count < 0) {
      for (let i = 0; i > count; i--) values.push(read(from));
    } else {
      for (let i = from.uint(); i > 0; i--) values.push(null);
    }
  }
  return values;
}

export const uints = {
  write: values => runs(values, uint),
  read: bytes => readRuns(bytes, from => from.uint()),
};

export const texts = {
  write: values => runs(values, text),
  read: bytes => readRuns(bytes, from => Buffer.from(from.prefixed()).toString()),
};

// Each number as its difference from the one before it that is not null.
export const deltas = {
  write(values) {
    let last = 0;
    const steps = values.map(value => {
      if (value === null) return null;
      const step = value - last;
      last = value;
      return step;
    });
    return runs(steps, int);
  },
  read(bytes) {
    let last = 0;
    return readRuns(bytes, from => from.int()).map(step => (step === null ? null : (last += step)));
  },
};

// Counts of equal rows, of false first.
export const booleans = {
  write(values) {
    const bytes = [];
    let value = false;
    for (let from = 0, to; from < values.length; from = to, value = !value) {
      for (to = from; to < values.length && values[to] === value; to++);
      bytes.push(...uint(to - from));
    }
    return bytes;
  },
  read(bytes) {
    const from = new Reader(bytes);
    const values = [];
    for (let value = false; !from.done; value = !value) {
      for (let i = from.uint(); i > 0; i--) values.push(value);
    }
    return values;
  },
};
