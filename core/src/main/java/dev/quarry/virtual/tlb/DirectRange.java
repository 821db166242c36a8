package dev.quarry.virtual.tlb;

/**
 * The addresses that show low memory one to one: on MIPS kseg0, which no TLB sees.
 *
 * @param start that shows physical address 0
 */
public record DirectRange(long start, long bytes) {}
