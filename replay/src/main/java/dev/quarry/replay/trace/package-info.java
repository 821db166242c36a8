/**
 * Page events as the kernel's users have them: the text of {@code perf script}, of tracefs' {@code
 * trace} and {@code trace_pipe}, and of {@code trace-cmd report}, from kernels 4.x to 6.x.
 *
 * <p>Terms: the <em>head</em> of a line is who, where and when, before the event's name; it is read
 * from the event's name backwards, as a thread's name may hold blanks, brackets and colons. The
 * <em>fields</em> are the words {@code key=value} behind the name.
 *
 * <pre>
 *   perf script        comm tid [cpu] seconds: kmem:mm_page_alloc: page=... pfn=... order=...
 *   trace, trace_pipe  comm-tid [cpu] flags seconds: mm_page_alloc: page=... pfn=... order=...
 *   trace-cmd report   comm-tid [cpu] seconds: mm_page_alloc: page=... pfn=... order=...
 *
 *   file ── EventFile ──┬── TraceEventReader   a line: TraceHead, then TraceFields
 *          (by content) └── PageEvents         ev.K, text or compact
 * </pre>
 *
 * <p>What the recorder lost it says in lines of its own, which are counted. Lines of other events
 * are passed over.
 *
 * <p>Read next: {@link dev.quarry.replay.convert}.
 */
@NullMarked
package dev.quarry.replay.trace;

import org.jspecify.annotations.NullMarked;
