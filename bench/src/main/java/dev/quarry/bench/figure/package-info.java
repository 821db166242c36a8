/**
 * The figures, one class each: who is measured, on what, and which figure is to be reached.
 *
 * <p>A figure to be reached stands in its class as a constant, with nobody's nanoseconds but those
 * of the same run beside it.
 */
package dev.quarry.bench.figure;
