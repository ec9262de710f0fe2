using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MaskApi.Tests;

/// <summary>The service as a separate process, the way people run it.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _lines = [];

    private ServiceProcess(
        string folder,
        string program,
        IEnumerable<(string Name, string Value)> settings,
        IEnumerable<(string Name, string? Value)> environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.ArgumentList.Add(Path.Combine(program, "MaskApi.dll"));
        start.ArgumentList.Add("--urls=http://127.0.0.1:0");
        foreach (var (name, value) in settings)
        {
            start.ArgumentList.Add($"--{name}={value}");
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
    }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Processor time of the process; unlike elapsed time, independent of other load.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Peak resident memory in bytes; Linux only.</summary>
    public long PeakMemory => 1024 * long.Parse(
        File.ReadLines($"/proc/{Id}/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ')[^2],
        CultureInfo.InvariantCulture);

    /// <summary>The lines written so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Starts the service as a process.</summary>
    public static ServiceProcess Start(params (string Name, string Value)[] settings) => StartIn(AppContext.BaseDirectory, settings);

    /// <summary>Starts a process in the given working folder.</summary>
    public static ServiceProcess StartIn(string folder, params (string Name, string Value)[] settings) =>
        StartFrom(AppContext.BaseDirectory, folder, [], settings);

    /// <summary>Starts a process from a copy of the program, with the given environment.</summary>
    public static ServiceProcess StartFrom(
        string program,
        string folder,
        IEnumerable<(string Name, string? Value)> environment,
        params IEnumerable<(string Name, string Value)> settings)
    {
        var service = new ServiceProcess(folder, program, settings, environment);
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        return service;
    }

    /// <summary>Waits until the service is ready and returns a client for it.</summary>
    public async Task<HttpClient> ReadyAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(60));
        var client = new HttpClient { BaseAddress = await _address.Task.WaitAsync(timeout.Token) };
        while (true)
        {
            using var response = await client.GetAsync("/health/ready", timeout.Token);
            if (response.IsSuccessStatusCode)
            {
                return client;
            }

            await Task.Delay(20, timeout.Token);
        }
    }

    /// <summary>Waits until the process has written a line that contains a text.</summary>
    public async Task LineAsync(string text)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(60));
        while (!Lines.Any(line => line.Contains(text, StringComparison.Ordinal)))
        {
            await Task.Delay(20, timeout.Token);
        }
    }

    /// <summary>Sends SIGTERM.</summary>
    public void Terminate() => Signal("-TERM");

    /// <summary>Sends SIGKILL.</summary>
    public void Kill() => Signal("-KILL");

    /// <summary>Waits for the process to exit.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_process.Id}"]);
        kill.WaitForExit();
    }

    private void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Add(line);
        }

        if (ListeningPattern().Match(line) is { Success: true } match)
        {
            _address.TrySetResult(new Uri(match.Groups[1].Value));
        }
    }

    [GeneratedRegex(@"Now listening on: \\?""?(http://127\.0\.0\.1:\d+)")]
    private static partial Regex ListeningPattern();
}
