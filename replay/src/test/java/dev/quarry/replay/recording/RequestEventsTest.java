package dev.quarry.replay.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.replay.read.Fixtures;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequestEventsTest {
  private static PageEventOptions options() {
    return PageEventOptions.of(EventPolicy.STRICT, String::length);
  }

  @Test
  void aPlayerGetsAllocationsAndFreesWithinTheInterval() {
    List<String> requests = new ArrayList<>();
    try (RequestEvents events = Recording.open(Fixtures.tiny()).requests(options())) {
      while (events.next()) {
        String kind = events.failed() ? "failed " : events.isAllocation() ? "alloc " : "free ";
        requests.add(kind + events.timeMicros() + " " + events.handle() + " " + events.order());
      }
    }
    assertThat(requests)
        .containsExactly(
            "alloc 100000015 5200 0",
            "alloc 100000017 5300 0",
            "alloc 100000017 4170 0",
            "free 100000020 4740 0",
            "alloc 100000025 5126 1",
            "free 100000031 5200 0",
            "failed 100000055 -1 4",
            "free 100000056 5126 1",
            "alloc 100000956 4160 3");
  }

  @Test
  void aScorerGetsTheRestWithinTheInterval() {
    List<PageEventKind> kinds = new ArrayList<>();
    try (OutcomeEvents events = Recording.open(Fixtures.tiny()).outcomes(options())) {
      while (events.next()) {
        kinds.add(events.event().kind());
      }
    }
    assertThat(kinds)
        .containsExactly(
            PageEventKind.ZONE_LOCKED,
            PageEventKind.ZONE_LOCKED,
            PageEventKind.FREE_BATCHED,
            PageEventKind.PCPU_DRAIN,
            PageEventKind.PCPU_DRAIN,
            PageEventKind.FALLBACK,
            PageEventKind.FALLBACK);
  }

  @Test
  void noMethodLeadsFromRequestsToOutcomes() {
    Set<Class<?>> harmless =
        Set.of(
            boolean.class,
            int.class,
            long.class,
            void.class,
            String.class,
            dev.quarry.replay.read.Place.class,
            EventProblems.class);
    for (Method method : RequestEvents.class.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers())) {
        assertThat(harmless).as(method.getName()).contains(method.getReturnType());
      }
    }
  }
}
