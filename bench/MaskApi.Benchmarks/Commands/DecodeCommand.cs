using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MaskApi.Vision.Imaging;
using SkiaSharp;

namespace MaskApi.Benchmarks.Commands;

/// <summary>Times decoding a large JPEG: with SkiaSharp alone, at full size and at fractions of it.</summary>
internal static class DecodeCommand
{
    public static Command Create()
    {
        var megapixels = new Option<double>("--megapixels") { Description = "Size of the picture.", DefaultValueFactory = static _ => 12 };
        var rounds = new Option<int>("--rounds") { Description = "Number of repetitions.", DefaultValueFactory = static _ => 9 };
        var command = new Command("decode", "Prints how long decoding a portrait takes at full and reduced size.") { megapixels, rounds };
        command.SetAction(result => Run(Pictures.Crowd(1, result.GetValue(megapixels)), result.GetValue(rounds)));
        return command;
    }

    private static void Run(byte[] file, int rounds)
    {
        (string Name, Action Decode)[] ways =
        [
            ("SkiaSharp, whole", () => SKBitmap.Decode(file).Dispose()),
            .. ((int[])[1, 2, 4, 8]).Select(reduction => (
                $"1/{reduction}", (Action)(
                    () => ImageDecoder.Decode(file, new DecodeLimits(), reduction, CancellationToken.None).Dispose()))),
        ];
        var times = ways.Select(static _ => new List<double>()).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            for (var way = 0; way < ways.Length; way++)
            {
                var start = Stopwatch.GetTimestamp();
                ways[way].Decode();
                if (round >= 0)
                {
                    times[way].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }
        }

        foreach (var ((name, _), values) in ways.Zip(times))
        {
            values.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {values[rounds / 2]:0.0} ms"));
        }
    }
}
