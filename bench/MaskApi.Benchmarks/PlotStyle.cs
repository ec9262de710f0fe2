using ScottPlot;

namespace MaskApi.Benchmarks;

/// <summary>How all plots of the documents look.</summary>
internal static class PlotStyle
{
    internal static void Apply(Plot plot)
    {
        plot.Axes.Title.Label.FontSize = 18;
        plot.Grid.MajorLineColor = Color.FromHex("#ececec");
        plot.ShowLegend(Alignment.UpperLeft);
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
    }
}
