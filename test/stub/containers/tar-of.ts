/** Makes archives: ustar, as plain as can be. */

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  const slash = name.length > 100 ? name.lastIndexOf("/") : -1;
  block.write(name.slice(slash + 1), 0);
  block.write("0000644\0", 100);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write("        ", 148);
  block.write("0ustar\x0000", 156);
  block.write(slash < 0 ? "" : name.slice(0, slash), 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** An archive of files by name. */
export function tarOf(files: readonly (readonly [name: string, bytes: Buffer])[]): Buffer {
  const blocks = files.flatMap(([name, bytes]) => [
    header(name, bytes.length),
    bytes,
    Buffer.alloc((512 - (bytes.length % 512)) % 512),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
