/**
 * Programs: what of an ELF file becomes which area ({@code execve(2)}, fs/exec.c, fs/binfmt_elf.c,
 * 6.18).
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>segment</b>: a part of the file that a program header wants in memory: PT_LOAD.
 *   <li><b>interpreter</b>: the program that a dynamic one names in PT_INTERP; it runs first, and
 *       maps the libraries with system calls of its own.
 *   <li><b>bias</b>: what is added to the addresses in a file that may be anywhere (ET_DYN).
 *   <li><b>bss</b>: memory of a segment behind what the file has of it: zeros.
 * </ul>
 *
 * <pre>
 *   file      [ header | R | RX | R | RW ]          p_filesz
 *   memory         [ R ][ RX ][ R ][ RW | 0 ][ bss ]          p_memsz; then the heap
 *                                     └─ the rest of the last page is cleared
 * </pre>
 *
 * <p>Read in this order: ElfSegment, ElfFile, ElfLoader, StackImage, Vdso.
 */
package dev.quarry.virtual.exec;
