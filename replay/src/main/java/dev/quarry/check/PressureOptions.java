package dev.quarry.check;

import dev.quarry.virtual.tlb.TlbModel;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done.
 *
 * @param steps steps of all workers together
 * @param seed another seed, other steps
 * @param threads 1: one thread works on all CPUs in turn, and a violation comes again; more: each
 *     works on a CPU of its own
 * @param tlb the TLBs that the CPUs have, or null
 */
public record PressureOptions(long steps, long seed, int threads, @Nullable TlbModel tlb) {}
