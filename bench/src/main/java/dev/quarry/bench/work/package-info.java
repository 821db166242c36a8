/**
 * What is measured, as JMH benchmarks: Quarry's page allocator, and its peers in Java under the
 * same workload. The peers in C run the same workloads from {@code src/main/c/allocbench.c}.
 *
 * <pre>
 *   Replace   a random block freed, another allocated    P4
 *   Pair      one block allocated and freed              PAIR
 *   Burst     many blocks allocated, then freed          PAIR, past the per-CPU lists
 *   Growth    a pair beside n free blocks, CPUs, nodes   G1
 *   ObjectPairs, BufferPairs, SegmentPairs               P1, P2, P6
 *   HandOver  allocated here, freed there                P3
 * </pre>
 *
 * <p>Pair and Burst write the first 8 bytes of each block that they get, on all sides; Replace is
 * measured with and without.
 */
package dev.quarry.bench.work;
