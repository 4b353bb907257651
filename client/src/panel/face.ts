/** Eyes and mouth in a square of 24: from -2, corners down, to 2, corners up. */
export function faceOf(value: number): string {
  const n = (v: number) => String(Math.round(v * 100) / 100);
  return `M9 9.5v.6 M15 9.5v.6 M8 ${n(15.5 - value * 0.7)}Q12 ${n(15.5 + value * 1.9)} 16 ${n(15.5 - value * 0.7)}`;
}
