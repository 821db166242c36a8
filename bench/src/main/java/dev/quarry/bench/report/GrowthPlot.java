package dev.quarry.bench.report;

import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;

/** Cost against size, both logarithmic, one curve for each subject: an SVG picture. */
public final class GrowthPlot {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 520;
  private static final float GRID_WIDTH = 0.3f;

  private final XYChart chart;

  /** An empty plot. */
  public GrowthPlot(String title, String xAxis, String yAxis) {
    chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(xAxis)
            .yAxisTitle(yAxis)
            .build();
    XYStyler styler = chart.getStyler();
    styler.setXAxisLogarithmic(true);
    styler.setYAxisLogarithmic(true);
    styler.setDecimalPattern("#,##0");
    styler.setLegendPosition(LegendPosition.InsideNW);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotGridLinesStroke(new BasicStroke(GRID_WIDTH)); // dashes would make it 1 MiB
  }

  /** Adds a curve: cost by size. */
  public void curve(String name, Map<Integer, Double> costs) {
    TreeMap<Integer, Double> sorted = new TreeMap<>(costs);
    double[] x = sorted.keySet().stream().mapToDouble(Integer::doubleValue).toArray();
    double[] y = sorted.values().stream().mapToDouble(Double::doubleValue).toArray();
    chart.addSeries(name, x, y);
  }

  /**
   * Writes the picture.
   *
   * @throws IOException if the file cannot be written
   */
  public void write(Path file) throws IOException {
    VectorGraphics2D graphics = new VectorGraphics2D();
    chart.paint(graphics, WIDTH, HEIGHT);
    PageSize page = new PageSize(0, 0, WIDTH, HEIGHT);
    try (OutputStream out = Files.newOutputStream(file)) {
      Processors.get("svg").getDocument(graphics.getCommands(), page).writeTo(out);
    }
  }
}
