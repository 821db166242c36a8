/**
 * What would have let a request pass: for each knob the smallest single change, found by running
 * the request again on a twin that differs in nothing else.
 *
 * <pre>
 *   fails at the value now ── halve, run, halve, run ... ── passes at the smallest change
 * </pre>
 *
 * <p>Nothing here knows a rule of the allocator. A formula would say what should help; a run says
 * what does. Where the twin cannot tell, as nothing reclaims or compacts on it, the remedy is an
 * estimate and says so.
 */
@NullMarked
package dev.quarry.explain.remedy;

import org.jspecify.annotations.NullMarked;
