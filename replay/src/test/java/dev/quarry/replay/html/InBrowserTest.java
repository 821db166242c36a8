package dev.quarry.replay.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.replay.faults.ProcessOptions;
import dev.quarry.replay.faults.ProcessReplay;
import dev.quarry.replay.faults.ProcessResult;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.twin.Twin;
import dev.quarry.replay.twin.Watch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real browser draws every picture, where there is one. */
class InBrowserTest {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final List<String> FLAGS =
      List.of(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--disable-dev-shm-usage",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--dump-dom");

  @TempDir Path folder;

  private static Optional<Path> browser() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.of(path.split(":"))
        .flatMap(dir -> NAMES.stream().map(name -> Path.of(dir, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The page as it stands when its scripts have run. */
  private String drawn(Path browser, Path page) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(browser.toString()));
    command.addAll(FLAGS);
    command.add("--user-data-dir=" + folder.resolve("user"));
    command.add(page.toUri().toString());
    Path out = folder.resolve("dom.html");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("%s ends", browser).isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  @Test
  void everyPictureIsDrawn() throws IOException, InterruptedException {
    Optional<Path> browser = browser();
    Assumptions.assumeTrue(browser.isPresent(), "none of " + NAMES + " is here");
    String page = Played.page(Played.tooMuch(folder), List.of());
    String dom = drawn(browser.orElseThrow(), Files.writeString(folder.resolve("a.html"), page));
    assertThat(dom).contains("data-drawn=\"all\"").contains("requests failed");
  }

  @Test
  void processesAreDrawn() throws IOException, InterruptedException {
    ProcessOptions options = ProcessOptions.of(List.of(), false);
    String page;
    try (ProcessResult played =
        ProcessReplay.faults(Path.of("../examples/faults"), options, _ -> {})) {
      page = ProcessReport.of(played, List.of("ram=8G"));
    }
    assertThat(page).doesNotContain("@@");
    Optional<Path> browser = browser();
    Assumptions.assumeTrue(browser.isPresent(), "none of " + NAMES + " is here");
    String dom = drawn(browser.orElseThrow(), Files.writeString(folder.resolve("p.html"), page));
    assertThat(dom)
        .contains("data-drawn=\"all\"")
        .contains("6 of 6 processes of 100 faults or more")
        .contains("played with ram=8G")
        .contains("demand zero");
  }

  @Test
  void aWatchIsDrawn() throws IOException, InterruptedException {
    Path files = Fixtures.tiny().resolve("before");
    Watch watch = new Watch(files, Twin.of(files), 0.5);
    watch.take();
    watch.take();
    String page = WatchReport.of(watch);
    assertThat(page).isEqualTo(WatchReport.of(watch)).doesNotContain("@@");
    Optional<Path> browser = browser();
    Assumptions.assumeTrue(browser.isPresent(), "none of " + NAMES + " is here");
    String dom = drawn(browser.orElseThrow(), Files.writeString(folder.resolve("w.html"), page));
    assertThat(dom)
        .contains("data-drawn=\"all\"")
        .contains("2 samples over 0.50 s")
        .contains("Unusable free space index");
  }
}
