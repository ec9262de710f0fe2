using System.Diagnostics;
using Spectre.Console;

namespace MaskApi.Training.Reports;

/// <summary>Shows a run to people: live progress on a terminal, plain lines elsewhere (a log file, a container).</summary>
internal static class RunConsole
{
    private static readonly TimeSpan _plainInterval = TimeSpan.FromSeconds(15);

    /// <summary>Whether the output can be redrawn.</summary>
    private static bool Live => AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;

    private static ProgressColumn[] Columns() =>
    [
        new TaskDescriptionColumn(),
        new ProgressBarColumn(),
        new PercentageColumn(),
        new RemainingTimeColumn(),
        new SpinnerColumn(),
    ];

    /// <summary>Prints one line.</summary>
    public static void Line(string text)
    {
        if (Live)
        {
            AnsiConsole.WriteLine(text);
        }
        else
        {
            Console.WriteLine(text);
        }
    }

    /// <summary>Prints an error.</summary>
    public static void Warn(string text)
    {
        if (Live)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]{text}[/]");
        }
        else
        {
            Console.Error.WriteLine(text);
        }
    }

    /// <summary>Runs work that reports how many of <paramref name="total"/> steps are finished.</summary>
    public static T Progress<T>(string what, int total, Func<IProgress<int>, T> work)
    {
        if (!Live)
        {
            return work(new PlainProgress(what, total));
        }

        return AnsiConsole.Progress()
            .Columns(Columns())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(what), maxValue: Math.Max(1, total));
                return work(new Forward(value => task.Value = value));
            });
    }

    /// <summary>Like <see cref="Progress{T}"/>, for asynchronous work.</summary>
    public static async Task<T> ProgressAsync<T>(string what, int total, Func<IProgress<int>, Task<T>> work)
    {
        if (!Live)
        {
            return await work(new PlainProgress(what, total)).ConfigureAwait(false);
        }

        return await AnsiConsole.Progress()
            .Columns(Columns())
            .StartAsync(context =>
            {
                var task = context.AddTask(Markup.Escape(what), maxValue: Math.Max(1, total));
                return work(new Forward(value => task.Value = value));
            }).ConfigureAwait(false);
    }

    private sealed class Forward(Action<int> action) : IProgress<int>
    {
        public void Report(int value) => action(value);
    }

    /// <summary>Prints an occasional line with speed and time left.</summary>
    private sealed class PlainProgress(string what, int total) : IProgress<int>
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly Lock _gate = new();
        private TimeSpan _last;

        public void Report(int value)
        {
            lock (_gate)
            {
                if (_clock.Elapsed - _last < _plainInterval)
                {
                    return;
                }

                _last = _clock.Elapsed;
                var rate = value / _clock.Elapsed.TotalSeconds;
                Console.WriteLine($"{what}: {value}/{total}, {rate:0.0}/s, "
                    + $"{TimeSpan.FromSeconds((total - value) / Math.Max(rate, 1e-9)):hh\\:mm\\:ss} left");
            }
        }
    }
}
