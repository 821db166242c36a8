package dev.quarry.replay.score;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.replay.score.FreeBlockScore.ZoneCounts;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreeBlockScoreTest {
  private static FreeBlockScore score(long[] before, long[] predicted, long[] actual) {
    return FreeBlockScore.of(List.of(new ZoneCounts(before, predicted, actual)));
  }

  @Test
  void perfectIsOneAndNothingChangesIsZero() {
    long[] before = {1000, 10};
    long[] actual = {500, 20};
    assertThat(score(before, actual, actual).blocks().score()).isEqualTo(1);
    assertThat(score(before, before, actual).blocks().score()).isZero();
    assertThat(score(before, before, actual).pages()).isEqualTo(new Ratio(520, 520));
  }

  @Test
  void worseThanNothingIsNegativeAndNotClipped() {
    FreeBlockScore score = score(new long[] {1000, 0}, new long[] {2000, 0}, new long[] {500, 0});
    assertThat(score.pages()).isEqualTo(new Ratio(1500, 500));
    assertThat(score.pages().score()).isEqualTo(-2);
  }

  @Test
  void zonesThatHardlyChangedAreLeftOut() {
    ZoneCounts still = new ZoneCounts(new long[] {0, 0}, new long[] {9, 9}, new long[] {255, 0});
    ZoneCounts moved = new ZoneCounts(new long[] {0, 0}, new long[] {0, 100}, new long[] {0, 128});
    FreeBlockScore score = FreeBlockScore.of(List.of(still, moved));
    assertThat(score.pages()).isEqualTo(new Ratio(56, 256));
    assertThat(score.blocks()).isEqualTo(new Ratio(28, 128));
    assertThat(FreeBlockScore.of(List.of(still)).pages().score()).isNaN();
  }
}
