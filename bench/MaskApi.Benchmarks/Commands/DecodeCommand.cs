using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MaskApi.Vision.Imaging;
using SkiaSharp;

namespace MaskApi.Benchmarks.Commands;

/// <summary>What decoding a large JPEG takes: by SkiaSharp alone, whole, and at fractions of its size.</summary>
internal static class DecodeCommand
{
    public static Command Create()
    {
        var megapixels = new Option<double>("--megapixels") { Description = "Its size.", DefaultValueFactory = static _ => 12 };
        var rounds = new Option<int>("--rounds") { Description = "How often.", DefaultValueFactory = static _ => 9 };
        var command = new Command("decode", "Prints the times of decoding a portrait, whole and reduced.") { megapixels, rounds };
        command.SetAction(result => Run(Pictures.Crowd(1, result.GetValue(megapixels)), result.GetValue(rounds)));
        return command;
    }

    private static void Run(byte[] file, int rounds)
    {
        (string Name, Action Decode)[] ways =
        [
            ("SkiaSharp, whole", () => SKBitmap.Decode(file).Dispose()),
            .. ((int[])[1, 2, 4, 8]).Select(reduction => (
                $"1/{reduction}", (Action)(() => ImageDecoder.Decode(file, new DecodeLimits(), reduction, CancellationToken.None).Dispose()))),
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
