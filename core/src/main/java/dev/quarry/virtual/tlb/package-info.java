/**
 * The TLBs of a machine's CPUs, as processors have them: what is modelled here can be switched off,
 * and nothing is faster for it.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>array</b>: a part of a TLB for some page sizes, cut into sets of so many ways.
 *   <li><b>walk cache</b>: of entries of the upper levels, so that a walk begins further down.
 *   <li><b>ASID</b>: the number that tells the entries of an address space from those of others;
 *       PCID on x86.
 *   <li><b>shootdown</b>: interrupting other CPUs so that they forget entries.
 *   <li><b>lazy</b>: of a CPU that runs a kernel thread on the address space that it had last.
 *   <li><b>refill</b>: the exception of a processor without a hardware walk, such as MIPS.
 * </ul>
 *
 * <pre>
 *   Tlbs ─┬─ CPU 0: HardwareTlb ─┬─ TlbArray  level 1, instructions  ┐
 *         │                      ├─ TlbArray  level 1, data          ├─ a miss in all: a walk
 *         │                      ├─ TlbArray  level 2, both          ┘
 *         │                      ├─ TlbArray  walk caches, one for each upper level
 *         │                      └─ AsidSlots whose entries these are
 *         ├─ CPU 1: ...
 *         └─ or, for each CPU: MipsTlb ── MipsRefill, the kernel's handler
 * </pre>
 *
 * <p>Equations: accesses == hits of each level + misses; a walk makes as many memory references as
 * levels are left below what a walk cache knew. No entry that can be hit allows more than the page
 * tables do, or shows another frame: {@link dev.quarry.virtual.tlb.TlbCoherence} checks it.
 *
 * <p>Read in this order: TlbGeometry, TlbArray, AsidSlots, HardwareTlb, Tlbs, TlbCoherence,
 * MipsTlb.
 */
package dev.quarry.virtual.tlb;
