package dev.quarry.replay.calls;

import dev.quarry.replay.calls.TaskEvent.Call;
import dev.quarry.replay.calls.TaskEvent.ExecFailed;
import dev.quarry.replay.calls.TaskEvent.Executed;
import dev.quarry.replay.calls.TaskEvent.Executing;
import dev.quarry.replay.calls.TaskEvent.Exited;
import dev.quarry.replay.calls.TaskEvent.Faulted;
import dev.quarry.replay.calls.TaskEvent.Forked;
import dev.quarry.virtual.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Goes over a recording once to learn what each execve mapped: nobody recorded it, but it shows in
 * what the program used later. Only where memory was used goes in, never what the kernel made of
 * it.
 */
public final class Survey {
  private final List<Life> lives = new ArrayList<>();
  private final Map<Integer, Life> ofTask = new HashMap<>();
  private final Map<Integer, List<Faulted>> held = new HashMap<>();

  private long firstMicros = Long.MAX_VALUE;
  private long lastMicros = Long.MIN_VALUE;

  private Survey() {}

  /** Goes over all events. */
  public static Survey of(TaskEvents events) {
    Survey survey = new Survey();
    for (TaskEvent event = events.next(); event != null; event = events.next()) {
      survey.add(event);
    }
    return survey;
  }

  /** What each execve mapped, in their order. */
  public List<ProgramShape> shapes() {
    return ProgramShapes.of(lives);
  }

  /** When the recording begins; 0 if it is empty. */
  public long firstMicros() {
    return lastMicros < firstMicros ? 0 : firstMicros;
  }

  /** When it ends; 0 if it is empty. */
  public long lastMicros() {
    return lastMicros < firstMicros ? 0 : lastMicros;
  }

  private void add(TaskEvent event) {
    firstMicros = Math.min(firstMicros, event.micros());
    lastMicros = Math.max(lastMicros, event.micros());
    switch (event) {
      case Call call -> {
        Life life = ofTask.get(call.tid());
        if (life != null) {
          life.call(call);
        }
      }
      case Faulted fault -> fault(fault);
      case Forked fork -> {
        Life life = ofTask.get(fork.tid());
        if (life != null) {
          ofTask.put(fork.child(), life);
        }
      }
      case Executing begun -> held.put(begun.tid(), new ArrayList<>());
      case ExecFailed failed -> held.remove(failed.tid());
      case Executed executed -> {
        Life life = new Life(executed.path());
        lives.add(life);
        ofTask.put(executed.tid(), life);
        List<Faulted> before = held.remove(executed.tid());
        if (before != null) {
          before.forEach(life::cleared);
        }
      }
      case Exited exited -> ofTask.remove(exited.tid());
      case TaskEvent.Counted _ -> {
        // An outcome: not to be looked at.
      }
    }
  }

  private void fault(Faulted fault) {
    List<Faulted> during = held.get(fault.tid());
    if (during != null) {
      if (isOfNewProgram(fault)) {
        during.add(fault);
      }
      return;
    }
    Life life = ofTask.get(fault.tid());
    if (life != null) {
      life.fault(fault);
    }
  }

  /** While execve runs, the kernel reads names from the old program and writes the new one. */
  static boolean isOfNewProgram(Faulted fault) {
    return !fault.user() && (fault.code() & Access.WRITE) != 0;
  }
}
