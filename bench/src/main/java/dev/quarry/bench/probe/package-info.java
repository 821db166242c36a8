/** Small programs that are run in fresh JVMs, and print what they measured. */
package dev.quarry.bench.probe;
