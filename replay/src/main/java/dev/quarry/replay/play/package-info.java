/**
 * Playing a recording's requests on a machine: boot from the state before, then one request after
 * the other, on the CPU that made it.
 *
 * <pre>
 *   before/ ──SnapshotBoot──► Machine
 *   A, F    ──RequestEvents──► Player ──► PageAllocator
 *                                │
 *                                └──► PlayCounters, Samples ──► report
 * </pre>
 *
 * <p>The player never sees what the recorded kernel did about a request; the kernel's frame numbers
 * are handles, which say which free belongs to which allocation.
 */
package dev.quarry.replay.play;
