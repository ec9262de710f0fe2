using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MaskApi.Vision;
using MaskApi.Vision.Imaging;
using SkiaSharp;

namespace MaskApi.Benchmarks.Commands;

/// <summary>Compares PNG filters and compression levels on annotated pictures.</summary>
internal static class PngCommand
{
    private const int Side = 1200;

    public static Command Create()
    {
        var pictures = new Option<FileInfo[]>("--pictures")
        {
            Description = "Photographs; the middle 1200×1200 pixels are annotated. Default: a noisy crowd of portraits.",
            AllowMultipleArgumentsPerToken = true,
        };
        var rounds = new Option<int>("--rounds")
        {
            Description = "How often each setting encodes each picture.",
            DefaultValueFactory = static _ => 5,
        };
        var all = new Option<bool>("--all") { Description = "Try every filter and level, not only the default and ours." };
        var command = new Command("png", "Prints the time and size of annotated PNGs compared with the default encoder.")
        {
            pictures,
            rounds,
            all,
        };
        command.SetAction(result => Run(result.GetValue(pictures) ?? [], result.GetValue(rounds), result.GetValue(all)));
        return command;
    }

    private static void Run(FileInfo[] files, int rounds, bool all)
    {
        using var pipeline = FacePipeline.Load(new VisionOptions());
        var pictures = (files.Length == 0 ? [Pictures.Crowd(12, 1.92)] : files.Select(static file => File.ReadAllBytes(file.FullName)))
            .Select(file => Annotated(pipeline, file)).ToList();
        var settings = new List<(string Name, Func<Raster, long> Write)>
        {
            ("default", static picture => Write(picture, SKPngEncoderOptions.Default)),
            ("ours", static picture =>
            {
                using var file = ImageEncoder.Encode(picture, OutputFormat.Png);
                return file.Memory.Length;
            }),
        };
        if (all)
        {
            foreach (var filter in Enum.GetValues<SKPngEncoderFilterFlags>())
            {
                foreach (var level in (int[])[1, 2, 3, 4])
                {
                    var options = new SKPngEncoderOptions(filter, level);
                    settings.Add(($"{filter} {level}", picture => Write(picture, options)));
                }
            }
        }

        var defaults = pictures.ConvertAll(picture => Measure(picture, settings[0].Write, rounds));
        foreach (var (name, write) in settings)
        {
            var ratios = pictures.Select((picture, i) =>
            {
                var (milliseconds, bytes) = Measure(picture, write, rounds);
                return (Time: milliseconds / defaults[i].Milliseconds, Size: (double)bytes / defaults[i].Bytes, Milliseconds: milliseconds);
            }).ToList();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-12} time {Median(ratios.Select(r => r.Time)):0.00} of the default's "
                + $"({Median(ratios.Select(r => r.Milliseconds)):0.0} ms), "
                + $"size {Median(ratios.Select(r => r.Size)):0.000}, worst {ratios.Max(r => r.Size):0.000}, {pictures.Count} pictures"));
        }

        pictures.ForEach(static picture => picture.Dispose());
    }

    /// <summary>The middle of a picture with its faces marked; smaller pictures are enlarged to fit.</summary>
    private static Raster Annotated(FacePipeline pipeline, byte[] file)
    {
        using var whole = SKBitmap.Decode(file);
        var scale = Math.Max(1, (float)Side / Math.Min(whole.Width, whole.Height));
        var picture = new Raster(Side, Side);
        var info = new SKImageInfo(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using (var surface = SKSurface.Create(info, picture.Address, picture.Stride))
        using (var image = SKImage.FromBitmap(whole))
        {
            var (width, height) = (whole.Width * scale, whole.Height * scale);
            var place = SKRect.Create((Side - width) / 2, (Side - height) / 2, width, height);
            surface.Canvas.DrawImage(image, place, new SKSamplingOptions(SKCubicResampler.Mitchell));
        }

        AnnotationRenderer.Draw(picture, pipeline.Analyze(picture, new AnalysisOptions(), CancellationToken.None).Faces, 0.6f);
        return picture;
    }

    private static long Write(Raster picture, SKPngEncoderOptions options)
    {
        var info = new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var pixels = new SKPixmap(info, picture.Address, picture.Stride);
        using var file = pixels.Encode(options);
        return file!.Size;
    }

    private static (double Milliseconds, long Bytes) Measure(Raster picture, Func<Raster, long> write, int rounds)
    {
        var times = new List<double>();
        var bytes = write(picture);
        for (var i = 0; i < rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            write(picture);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return (Median(times), bytes);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
