package dev.quarry.physical;

/**
 * The fields of a CPU's {@code struct per_cpu_pages} as a snapshot holds them.
 *
 * @param high pages at which frees begin to drain
 * @param batch pages moved at a time
 * @param highMin least value of high
 * @param highMax greatest value of high
 * @param freeCount the run of frees, in pages
 * @param allocFactor how often the refill was doubled
 * @param flags PCPF_* bits: 1 the last free was of high order, 2 high orders are drained in batches
 */
public record PcpState(
    int high, int batch, int highMin, int highMax, int freeCount, int allocFactor, int flags) {}
