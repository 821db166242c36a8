package dev.quarry.check;

import dev.quarry.virtual.fault.UserFaultException;
import java.util.Locale;

/** Loads and stores of processes. */
final class AccessSteps {
  private static final int SWEEP = 16;

  private final Worker worker;

  AccessSteps(Worker worker) {
    this.worker = worker;
  }

  void step(ModelProcess who, int kind) {
    int page = worker.page(who);
    if (kind < 400) {
      store(who, page);
    } else if (kind < 820) {
      load(who, page);
    } else {
      int end = Math.min(page + SWEEP, who.space().pages());
      boolean stores = worker.draw.oneIn(2);
      for (int at = page; at < end && !who.isVictim(); at++) {
        if (stores) {
          store(who, at);
        } else {
          load(who, at);
        }
      }
    }
  }

  void store(ModelProcess who, int page) {
    ModelSpace space = who.space();
    if (!space.isWritten(page)) {
      load(who, page);
      return;
    }
    long value = space.stamp(page, worker.draw.next());
    worker.note("store", who, page, 1, value);
    Refusal expected = space.refusal(page, true);
    try {
      who.process().store(worker.cpu, ModelProcess.at(page) + ModelProcess.SLOT, 8, value);
    } catch (UserFaultException e) {
      worker.ended(who, e, expected);
      return;
    }
    if (expected != Refusal.NONE) {
      throw new Violation("a store to page " + page + " is allowed, expected: " + expected);
    }
    space.store(page, value);
  }

  void load(ModelProcess who, int page) {
    ModelSpace space = who.space();
    worker.note("load", who, page, 1, 0);
    Refusal expected = space.refusal(page, false);
    long value;
    try {
      value = who.process().load(worker.cpu, ModelProcess.at(page) + ModelProcess.SLOT, 8);
    } catch (UserFaultException e) {
      worker.ended(who, e, expected);
      return;
    }
    if (expected != Refusal.NONE) {
      throw new Violation("a load of page " + page + " is allowed, expected: " + expected);
    }
    if (!space.allows(page, value) && !who.isVictim()) {
      throw new Violation(
          String.format(
              Locale.ROOT,
              "process %d, page %d: 0x%x, not %s",
              who.process().pid(),
              page,
              value,
              space.expected(page)));
    }
  }
}
