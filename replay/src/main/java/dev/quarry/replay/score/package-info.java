/**
 * How near a replay comes to the kernel that was recorded: four scores, each with what it counts.
 *
 * <ul>
 *   <li><b>exact frames</b>: how many frames, one step ahead, are those that the kernel handed out.
 *   <li><b>free blocks</b>: of what changed on the free lists, by zone and order, how much was
 *       predicted; once in blocks, once in pages.
 *   <li><b>flow</b>: pages taken from and given back to the zones' lists, and fallbacks.
 *   <li><b>per-CPU lists</b>: their lengths at the end.
 * </ul>
 *
 * <p>Scores read what the kernel did (Z, D, X and {@code after/}); the players never do.
 */
package dev.quarry.replay.score;
