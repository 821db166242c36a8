/**
 * A replay as one HTML file that needs nothing else: no server, no network, no fonts.
 *
 * <pre>
 *   ReplayResult ──► HeadData, MemoryData, MapData, ... ──► JSON ─┐
 *   frame.html, *.html, report.css, *.js, uPlot ────────────────── Page ──► ReportFile
 * </pre>
 *
 * <p>Terms:
 *
 * <ul>
 *   <li><b>data class</b>: makes one picture's part of the JSON; the scripts only draw, so that
 *       every figure in the page is one that was computed here or on a lower floor.
 *   <li><b>run</b>: a value and how often it stands in a row; see {@link
 *       dev.quarry.replay.html.Runs}.
 *   <li><b>cell</b>: what the map of pageblocks draws as one square, a power of two pageblocks.
 * </ul>
 *
 * <p>Names in a recording are not trusted. They reach the page in the JSON alone, which has no
 * {@code <}, and the scripts put them on the page as text. The page's own policy
 * (Content-Security-Policy) allows the scripts that it was made with, and no request to anywhere.
 *
 * <p>The same recording gives the same bytes.
 *
 * <p>Read next: {@link dev.quarry.replay.html.HtmlReport}.
 */
package dev.quarry.replay.html;
