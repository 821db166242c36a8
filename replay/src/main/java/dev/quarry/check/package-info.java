/**
 * Work at random on a machine whose memory does not suffice, and checks of it.
 *
 * <p>Terms: a <em>step</em> is one piece of work; its numbers come from the seed and the step's
 * number alone, so that steps can be left out and the others stay what they are. A <em>worker</em>
 * has processes, objects and pages, and knows what each of them must hold: the <em>model</em>. A
 * <em>violation</em> is an answer that the model does not allow, an invariant that is broken, or an
 * exception.
 *
 * <pre>
 *   worker 0   steps ────┐         ┌── steps ────────┐
 *   worker 1   steps ────┤ at rest ├── steps ────────┤ at rest     intervals grow
 *                        └ invariants of the machine ┘
 * </pre>
 *
 * <p>Equation: what a page, an object or a file holds is what was stored there last, wherever it
 * has been meanwhile: in memory, in swap, in its file, moved by compaction.
 *
 * <p>Read next: {@link dev.quarry.check.PressureCheck}, then {@code Worker}, {@code ModelSpace}.
 */
package dev.quarry.check;
