/**
 * The machine below the memory manager: its specification, its RAM, its CPUs, its console.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>spec</b>: everything that is decided before the machine boots; text or code.
 *   <li><b>host memory</b>: an address range reserved from the real operating system; only what is
 *       touched costs memory.
 *   <li><b>cost</b>: nanoseconds of virtual time; they change no decision of the machine.
 *   <li><b>CPU</b>: a context that one thread holds. Per-CPU data needs no lock.
 * </ul>
 *
 * <pre>
 *   MachineSpec ──boot──►  Ram          one host reservation, physical address 0 at its base
 *                          MemMap       (package physical) one descriptor for each frame
 *                          Cpu 0..n-1   per-CPU data; held by one thread each
 *                          KernelLog    what the kernel would print on its console
 * </pre>
 *
 * <p>This is the only package of the core that calls native functions. Read next: {@code
 * dev.quarry.physical}.
 */
package dev.quarry.machine;
