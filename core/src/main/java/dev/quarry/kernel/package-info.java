/**
 * The assembler: boots a machine from its spec and wires the floors together. The only package that
 * knows all of them.
 *
 * <p>Read next: {@link dev.quarry.kernel.Machine}.
 */
package dev.quarry.kernel;
