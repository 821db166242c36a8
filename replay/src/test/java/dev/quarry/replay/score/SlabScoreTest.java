package dev.quarry.replay.score;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.replay.score.SlabScore.Cache;
import dev.quarry.replay.score.SlabScore.Count;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlabScoreTest {
  private static final Count SAME = new Count(5, 5, 5);

  private static Cache cache(String name, int pages, long seen, Count objects, Count slabs) {
    return new Cache(name, pages, seen, objects, slabs);
  }

  @Test
  void missesAndChangesAreWeighedByPagesOfASlab() {
    SlabScore score =
        SlabScore.of(
            List.of(
                cache("a", 1, -98, new Count(1000, 902, 900), new Count(50, 48, 40)),
                cache("b", 8, 10, new Count(20, 30, 30), new Count(3, 3, 4))));
    // |902 - 900| * 1 + 0 * 8 of 100 * 1 + 10 * 8; |48 - 40| * 1 + 1 * 8 of 10 * 1 + 1 * 8.
    assertThat(score.objects()).isEqualTo(new Ratio(2, 180));
    assertThat(score.slabs()).isEqualTo(new Ratio(16, 18));
    assertThat(score.slabs().score()).isEqualTo(1 - 16.0 / 18);
  }

  @Test
  void cachesOfWhichEventsMissOverFivePercentAreLeftOut() {
    assertThat(cache("a", 1, 95, new Count(0, 95, 100), SAME).scored()).isTrue();
    assertThat(cache("a", 1, 94, new Count(0, 94, 100), SAME).scored()).isFalse();
    assertThat(cache("a", 1, 106, new Count(0, 106, 100), SAME).scored()).isFalse();
    assertThat(cache("a", 1, -100, new Count(200, 100, 100), SAME).scored()).isTrue();
    // Nothing changed: events must show nothing either.
    assertThat(cache("a", 1, 0, SAME, SAME).scored()).isTrue();
    assertThat(cache("a", 1, 1, new Count(5, 6, 5), SAME).scored()).isFalse();
    assertThat(cache("maple_node", 1, 100, new Count(0, 100, 100), SAME).scored()).isFalse();
  }

  @Test
  void withoutAScoredChangeThereIsNothingToDivideBy() {
    SlabScore score = SlabScore.of(List.of(cache("a", 4, 0, SAME, new Count(2, 3, 2))));
    assertThat(score.objects()).isEqualTo(new Ratio(0, 0));
    assertThat(score.slabs()).isEqualTo(new Ratio(4, 0));
    assertThat(score.slabs().score()).isNaN();
  }
}
