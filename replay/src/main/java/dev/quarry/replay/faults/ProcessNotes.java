package dev.quarry.replay.faults;

import dev.quarry.replay.calls.PlayedProcess;
import dev.quarry.virtual.space.RssKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** What a replay's figures leave out, and why its predictions differ, in words and figures. */
final class ProcessNotes {
  private final ProcessResult result;
  private final List<String> notes = new ArrayList<>();

  private ProcessNotes(ProcessResult result) {
    this.result = result;
  }

  static List<String> of(ProcessResult result) {
    ProcessNotes notes = new ProcessNotes(result);
    if (result.hasFaults()) {
      notes.faults();
    }
    notes.strangers();
    if (result.spaces().outOfMemory() > 0) {
      notes.add("the machine had no memory for %,d processes", result.spaces().outOfMemory());
    }
    notes.notes.addAll(result.wrong().report());
    return notes.notes;
  }

  private void add(String format, Object... values) {
    notes.add(String.format(Locale.ROOT, format, values));
  }

  private long sum(ToLongFunction<PlayedProcess> of) {
    return result.known().stream().mapToLong(of).sum();
  }

  private void faults() {
    long reads = sum(PlayedProcess::missedReads);
    if (reads > 0) {
      add(
          "%,d reads found their page mapped where the kernel had a fault: fault-around leaves out"
              + " pages that are not in the page cache, locked by another fault, or marked for"
              + " readahead; which ones is not recorded",
          reads);
    }
    long writes = sum(PlayedProcess::missedWrites);
    if (writes > 0) {
      add(
          "%,d writes found their page mapped where the kernel had a fault: two threads touched the"
              + " same page before the first fault was done",
          writes);
    }
    long code = sum(PlayedProcess::faultsByCode);
    if (code > 0) {
      add("%,d faults on code that the kernel had mapped already when it ran", code);
    }
    long unseen = sum(PlayedProcess::unseenFaults);
    if (unseen > 0) {
      add("%,d faults in memory that no recorded call mapped: counted, but not predicted", unseen);
    }
    filePages();
  }

  private void filePages() {
    long model = sum(p -> p.isRssKnown() ? p.rss(RssKind.FILE) : 0);
    long kernel = sum(p -> p.isRssKnown() ? p.kernelRss(RssKind.FILE) : 0);
    if (model != kernel && kernel > 0) {
      String cached =
          result.pressure().total().reclaimed() > 0
              ? " memory was too small for all of them"
              : " all pages of files are taken to be in the page cache";
      add(
          "at their ends the model's processes have %,d pages of files, the kernel's %,d (%+.1f %%):"
              + cached
              + ", and the bounds of programs are known from their use only",
          model,
          kernel,
          100.0 * (model - kernel) / kernel);
    }
  }

  private void strangers() {
    List<PlayedProcess> others =
        result.processes().stream()
            .filter(p -> !p.isSpaceKnown() && p.actualFaults() + p.calls() > 0)
            .toList();
    if (!others.isEmpty()) {
      long faults = others.stream().mapToLong(PlayedProcess::actualFaults).sum();
      add(
          "tasks that were there before the recording, or are copies of such: %,d; their spaces are"
              + " not known, their %,d faults are not judged",
          others.size(), faults);
    }
  }
}
