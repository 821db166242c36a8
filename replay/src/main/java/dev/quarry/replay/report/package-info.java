/**
 * What a replay found, as text for people and as JSON for scripts.
 *
 * <p>Read next: {@link dev.quarry.replay.report.ReplayResult}.
 */
package dev.quarry.replay.report;
