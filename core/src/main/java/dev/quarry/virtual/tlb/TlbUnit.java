package dev.quarry.virtual.tlb;

import dev.quarry.virtual.MmContext;
import dev.quarry.virtual.PageTables;
import java.util.List;

/** The TLB of one CPU and what fills it. Only who runs on the CPU calls it. */
interface TlbUnit {
  /** See {@link dev.quarry.virtual.Translation#translate}. */
  long translate(PageTables tables, long address, int access);

  /** Forgets pages of an address space that the CPU runs; the generation is the flush's. */
  void flush(MmContext context, long generation, long address, long pages);

  /** Forgets pages of the kernel's half. */
  void flushKernel(long address, long pages);

  /** The address space ends; it must not stay loaded. */
  void leave(MmContext context);

  /** Whether it is the address space that the CPU has loaded, lazily or not: mm_cpumask. */
  boolean runs(MmContext context);

  /** Whether the address space is only still loaded, and not in use. */
  boolean isLazy();

  /** A kernel thread runs now; the address space stays loaded. */
  void enterLazy();

  TlbStats stats();

  /** All entries, those of walk caches too. */
  List<TlbEntry> entries();

  /** What it is made of, in words. */
  String words();
}
