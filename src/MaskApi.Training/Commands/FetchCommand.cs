using System.CommandLine;
using MaskApi.Training.Data.Sources;
using MaskApi.Training.Reports;

namespace MaskApi.Training.Commands;

/// <summary><c>fetch</c>: downloads the backbone and public data sets.</summary>
internal static class FetchCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("source")
        {
            Description = $"Sources to fetch: {string.Join(", ", PublicSource.All.Select(s => s.Name))}. "
                + "Without any, lists them with their licences.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        names.AcceptOnlyFromAmong([.. PublicSource.All.Select(s => s.Name)]);
        var to = new Option<string>("--to")
        {
            Description = "Parent folder; each source gets its own folder in it.",
            DefaultValueFactory = _ => "data",
        };
        var command = new Command("fetch", "Downloads the backbone and public data sets from their publishers. Verified and resumable.")
        {
            names, to,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var chosen = parse.GetValue(names) ?? [];
            foreach (var source in PublicSource.All.Where(s => chosen.Length == 0 || chosen.Contains(s.Name)))
            {
                RunConsole.Line($"{source.Name}: {source.About}");
                RunConsole.Line($"  from    {source.Page}");
                RunConsole.Line($"  license {source.License}");
                if (chosen.Length == 0)
                {
                    continue;
                }

                using var client = new HttpClient();
                client.DefaultRequestHeaders.UserAgent.ParseAdd("MaskApi.Training");
                try
                {
                    var folder = Path.Combine(parse.GetRequiredValue(to), source.Name);
                    var total = source.Files?.Sum(f => f.Size) ?? 0;
                    var result = await RunConsole.ProgressAsync(
                        $"fetching {source.Name} (kB)",
                        (int)(total / 1000),
                        progress => new SourceFetcher(new Downloader(client))
                            .FetchAsync(source, folder, new Kilobytes(progress), cancellationToken)).ConfigureAwait(false);
                    RunConsole.Line($"  {result}, in {folder}");
                }
                catch (Exception e) when (e is HttpRequestException or HttpIOException or InvalidDataException)
                {
                    RunConsole.Warn($"  Could not fetch {source.Name}: {e.Message} Run the command again to resume.");
                    return 1;
                }
            }

            return 0;
        });
        return command;
    }

    private sealed class Kilobytes(IProgress<int> inner) : IProgress<long>
    {
        private long _bytes;

        public void Report(long value) => inner.Report((int)(Interlocked.Add(ref _bytes, value) / 1000));
    }
}
