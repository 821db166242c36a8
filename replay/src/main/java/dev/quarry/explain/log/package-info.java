/**
 * Memory reports in kernel logs: what the kernel prints when an allocation fails, when it kills for
 * memory, or when somebody asks with SysRq-M ({@code show_mem}, mm/show_mem.c, 6.18; {@code
 * show_free_areas}, mm/page_alloc.c, before 6.3).
 *
 * <pre>
 *   text, any prefix, wrapped, noise between ──► lines ──► {@link dev.quarry.explain.log.MemoryReport}
 * </pre>
 *
 * <p>A line is passed on if one of a few words is in it ({@link dev.quarry.explain.log.text}),
 * sorted to its source ({@code Windows}), told by its beginning ({@code Head}), put together if it
 * was wrapped ({@code Joiner}), and read ({@code Assembler} and the readers it hands the lines to).
 *
 * <p>Nothing is judged here: a report holds the figures as they were printed, and names what is
 * missing. Read next: {@link dev.quarry.explain.verdict}.
 */
@NullMarked
package dev.quarry.explain.log;

import org.jspecify.annotations.NullMarked;
