using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace MaskApi.Benchmarks.Commands;

/// <summary>Measures how response time grows with pictures, faces and callers.</summary>
internal static class ScalingCommand
{
    private static readonly int[] _faces = [1, 2, 5, 10, 20, 30, 50];
    private static readonly double[] _megapixels = [0.1, 0.3, 1, 3, 10, 25, 49.9];
    private static readonly int[] _callers = [1, 2, 4, 8, 16, 32, 64];

    public static Command Create()
    {
        var url = new Option<string>("--url") { Description = "Base URL of the service, e.g. http://localhost:8080.", Required = true };
        var file = new Option<FileInfo>("--out") { Description = "Plot to write (PNG).", Required = true };
        var seconds = new Option<double>("--seconds")
        {
            Description = "How long to measure each point.",
            DefaultValueFactory = static _ => 2,
        };
        var command = new Command("scaling", "Plots response time against faces, megapixels and callers.") { url, file, seconds };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = new HttpClient { BaseAddress = new Uri(result.GetValue(url)!), Timeout = TimeSpan.FromMinutes(1) };
            var duration = TimeSpan.FromSeconds(result.GetValue(seconds));
            var portrait = Pictures.Portrait();
            foreach (var detail in (string[])["fast", "auto"])
            {
                // Warm up, so that hot code is compiled.
                await MeasureAsync(client, portrait, detail, 4, duration * 2, cancellationToken);
                await MeasureAsync(client, Pictures.Crowd(5, 4), detail, 1, duration * 2, cancellationToken);
            }

            List<ScalingPlot.Panel> panels =
            [
                new(
                    "one 4-megapixel picture",
                    "faces in it",
                    [new("auto", await PointsAsync(_faces, faces => (Pictures.Crowd(faces, 4), "auto", 1)))]),
                new(
                    "one portrait",
                    "megapixels",
                    [
                        new("auto", await PointsAsync(_megapixels, size => (Pictures.Crowd(1, size), "auto", 1))),
                        new("fast", await PointsAsync(_megapixels, size => (Pictures.Crowd(1, size), "fast", 1))),
                    ]),
                new(
                    "320x428 portraits",
                    "concurrent callers",
                    [
                        new("auto", await PointsAsync(_callers, callers => (portrait, "auto", callers))),
                        new("fast", await PointsAsync(_callers, callers => (portrait, "fast", callers))),
                    ]),
            ];
            ScalingPlot.Save(panels, result.GetValue(file)!.FullName);

            async Task<List<(double X, double Milliseconds)>> PointsAsync<T>(
                T[] values, Func<T, (byte[] Picture, string Detail, int Callers)> requestFor)
                where T : IConvertible
            {
                var points = new List<(double, double)>();
                foreach (var value in values)
                {
                    var (picture, detail, callers) = requestFor(value);
                    var median = await MeasureAsync(client, picture, detail, callers, duration, cancellationToken);
                    points.Add((value.ToDouble(CultureInfo.InvariantCulture), median));
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"{value}: {detail}, {callers} callers, {picture.Length} bytes: {median:0.0} ms"));
                }

                return points;
            }
        });
        return command;
    }

    /// <summary>Median response time over at least five requests per caller, after one warm-up request.</summary>
    private static async Task<double> MeasureAsync(
        HttpClient client, byte[] picture, string detail, int callers, TimeSpan duration, CancellationToken cancellationToken)
    {
        await PostAsync();
        var start = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            var own = new List<double>();
            while (own.Count < 5 || Stopwatch.GetElapsedTime(start) < duration)
            {
                var sent = Stopwatch.GetTimestamp();
                await PostAsync();
                own.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }

            return own;
        }));
        var sorted = times.SelectMany(static t => t).Order().ToArray();
        return sorted[sorted.Length / 2];

        async Task PostAsync()
        {
            using var body = new ByteArrayContent(picture) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };
            using var answer = await client.PostAsync(
                new Uri($"/v1/detections?detail={detail}", UriKind.Relative), body, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw new HttpRequestException($"The service answered {(int)answer.StatusCode}.");
            }

            await answer.Content.CopyToAsync(Stream.Null, cancellationToken);
        }
    }
}
