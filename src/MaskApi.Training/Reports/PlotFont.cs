using MaskApi.Vision;
using ScottPlot;
using SkiaSharp;

namespace MaskApi.Training.Reports;

/// <summary>The font of the service's drawings, so plots look alike on machines without fonts.</summary>
internal static class PlotFont
{
    private const string Name = "MaskApi";
    private static readonly Lazy<byte[]> _bytes = new(Read);

    /// <summary>Sets it as the plots' font.</summary>
    public static void Use()
    {
        if (Fonts.Default == Name)
        {
            return;
        }

        Fonts.FontResolvers.Insert(0, new Resolver());
        Fonts.Default = Name;
        Fonts.Sans = Name;
    }

    /// <summary>Creates the typeface. The caller disposes of it.</summary>
    public static SKTypeface Typeface()
    {
        using var data = SKData.CreateCopy(_bytes.Value);
        return SKTypeface.FromData(data);
    }

    private static byte[] Read()
    {
        var assembly = typeof(FacePipeline).Assembly;
        var name = assembly.GetManifestResourceNames().Where(n => n.EndsWith(".ttf", StringComparison.Ordinal)).Order(
            StringComparer.Ordinal).First();
        using var stream = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private sealed class Resolver : IFontResolver
    {
        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? Typeface() : null;

        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            fontName == Name ? Typeface() : null;
    }
}
