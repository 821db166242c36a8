/**
 * The commands of the shell, a class for each chapter of {@code help}, and what they result in.
 *
 * <p>Terms: a <em>block</em> is what one request got ({@link dev.quarry.cli.commands.PageBlock});
 * <em>frames</em> are many blocks that one command got; a <em>failure</em> is an answer, not a
 * mistake; a <em>picture</em> is text that is looked at.
 *
 * <pre>
 *   Registry ── MachineCommands   boot cpu check
 *            ── PageCommands      alloc_pages ...      ──► PageBlock | FailedAllocation
 *            ── ManyPagesCommands fill alloc_pages_bulk ──► Frames
 *            ── FreeCommands      free_pages trail ...  ──► Refused
 *            ── ObjectCommands    kmalloc kfree ...     ──► ObjectValue | Refused
 *            ── CacheCommands     kmem_cache_create ... ──► CacheValue
 *            ── LookCommands      cat draw gfp ...      ──► text
 * </pre>
 *
 * <p>A command that works longer than some microseconds says so before it begins, with {@code
 * session.spend}. Read next: {@link dev.quarry.cli.commands.AllCommands}.
 */
package dev.quarry.cli.commands;
