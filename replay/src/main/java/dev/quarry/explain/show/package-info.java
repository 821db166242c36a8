/**
 * What a user sees of an explanation: a page of text for a ticket, JSON for programs, one HTML file
 * with the zones drawn, and one table for many logs.
 *
 * <pre>
 *                                        ┌─► {@link dev.quarry.explain.show.ExplainText}  text, at most 100 columns
 *   {@link dev.quarry.explain.verdict.Explanation} ──┼─► {@link dev.quarry.explain.show.ExplainJson}  one object, whatever the log holds
 *                                        ├─► {@link dev.quarry.explain.show.ExplainHtml}  no script, no network
 *                                        └─► {@link dev.quarry.explain.show.Summary}      causes by count
 * </pre>
 *
 * <p>Nothing is judged here, and nothing is computed but sums and shares: every verdict is the
 * engine's. Names in a log are not trusted: {@link dev.quarry.explain.show.Words#clean} takes out
 * what a terminal would obey, and {@link dev.quarry.explain.show.Markup} what a browser would.
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>deciding zone</b>: the one whose arithmetic is written out: the first that passes, else
 *       the first that was tried. See {@link dev.quarry.explain.show.Zones}.
 *   <li><b>cause</b>: what reports have in common that failed alike; see {@link
 *       dev.quarry.explain.show.Cause}.
 * </ul>
 */
@NullMarked
package dev.quarry.explain.show;

import org.jspecify.annotations.NullMarked;
