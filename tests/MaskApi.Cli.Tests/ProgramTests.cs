using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MaskApi.Testing;

namespace MaskApi.Cli.Tests;

/// <summary>The program as users and scripts have it: a process with arguments, output and an exit code.</summary>
[Trait("Category", "Slow")]
public sealed class ProgramTests : IDisposable
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Faces_are_lines_of_json_where_there_is_no_terminal()
    {
        var (code, output, error) = await RunAsync("detect", Portrait.Path);
        Assert.Equal(0, code);
        var face = JsonElement.Parse(output);
        Assert.Equal("without_mask", face.GetProperty("verdict").GetString());
        Assert.Equal(Portrait.Path, face.GetProperty("picture").GetString());
        Assert.StartsWith("1 picture, 0 failed, 1 face (1 no mask)", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_summary_follows_the_table_on_a_terminal()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "script(1) makes the terminal.");
        var (code, output, _) = await Command.TryAsync(
            _folder.Info, "script", "--quiet", "--return", "--command", $"'{Executable}' detect '{Portrait.Path}'", "typescript");
        Assert.Equal(0, code);
        var table = output.IndexOf("no mask", StringComparison.Ordinal);
        Assert.InRange(table, 0, output.IndexOf("1 picture, 0 failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_last_part_that_cannot_be_written_ends_the_run_early()
    {
        // A folder is where the first part is to be.
        Directory.CreateDirectory(_folder["r.parquet/part-00000.parquet.tmp"]);
        var (code, _, error) = await RunAsync("detect", Portrait.Path, "--out", "r.parquet", "--resume");
        Assert.Equal(1, code);
        Assert.StartsWith("Ended early: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_picture_is_a_row_and_an_exit_code()
    {
        _folder.Write("in/good.jpg", Portrait.Bytes);
        _folder.Write("in/bad.jpg", [1, 2, 3]);
        var (code, _, _) = await RunAsync("detect", "in", "--out", "r.csv", "--annotate", "drawn");
        Assert.Equal(1, code);
        var lines = await File.ReadAllLinesAsync(_folder["r.csv"], _token);
        Assert.Equal(3, lines.Length);
        Assert.Contains(
            lines,
            static line => line.StartsWith("in/bad.jpg,0,0,", StringComparison.Ordinal) && line.Contains("unsupported_media_type"));
        Assert.True(File.Exists(_folder["drawn/in/good.jpg"]));
    }

    [Theory]
    [InlineData("detect", "nope.jpg")]
    [InlineData("detect")]
    [InlineData("detect", ".", "--out", "r.xls")]
    [InlineData("detect", ".", "--shard", "2/2")]
    [InlineData("detect", ".", "--resume")]
    [InlineData("detect", ".", "--min-confidence", "0.2")]
    [InlineData("detect", ".", "--stream")]
    [InlineData("detect", ".", "--jobs", "many")]
    [InlineData("detect", ".", "--url", "masks.example.com")]
    [InlineData("detect", ".", "--redact", "blur")]
    [InlineData("detects")]
    public async Task Mistakes_in_the_call_are_exit_code_2(params string[] arguments) =>
        Assert.Equal(2, (await RunAsync(arguments)).Code);

    [Fact]
    public async Task A_mistake_in_an_option_is_one_line()
    {
        var (_, output, error) = await RunAsync("detect", ".", "--min-confidence", "0.2");
        Assert.Equal("", output.Trim());
        Assert.Equal("--min-confidence must be between 0.5 and 1.", error.Trim());
    }

    /// <summary>Four processes, each killed in the middle and started again, in each format.</summary>
    [Theory]
    [InlineData("jsonl")]
    [InlineData("csv")]
    [InlineData("parquet")]
    public async Task Killed_parts_that_go_on_hold_every_picture_once(string format)
    {
        const int pictures = 60;
        for (var i = 0; i < pictures; i++)
        {
            _folder.Write(string.Create(CultureInfo.InvariantCulture, $"in/{i}.jpg"), Portrait.Bytes);
        }

        for (var part = 0; part < 4; part++)
        {
            string[] arguments = ["detect", "in", "--shard", $"{part}/4", "--out", $"r{part}.{format}", "--resume", "--jobs", "1"];
            using (var process = Start(arguments))
            {
                // Parquet shows nothing before a part is whole.
                var output = _folder[$"r{part}.{format}"];
                var limit = Stopwatch.StartNew();
                while (!process.HasExited && limit.Elapsed < TimeSpan.FromMinutes(1)
                    && !(format == "parquet" ? Directory.Exists(output) : File.Exists(output) && new FileInfo(output).Length > 500))
                {
                    await Task.Delay(5, _token);
                }

                process.Kill();
                await process.WaitForExitAsync(_token);
            }

            Assert.Equal(0, (await RunAsync(arguments)).Code);
        }

        var names = new List<string>();
        for (var part = 0; part < 4; part++)
        {
            names.AddRange(await NamesAsync(_folder[$"r{part}.{format}"]));
        }

        Assert.Equal(Enumerable.Range(0, pictures).Select(static i => $"in/{i}.jpg").Order(), names.Order());
    }

    [Fact]
    public async Task Ctrl_C_keeps_what_is_done()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals are sent with kill.");
        for (var i = 0; i < 200; i++)
        {
            _folder.Write(string.Create(CultureInfo.InvariantCulture, $"in/{i}.jpg"), Portrait.Bytes);
        }

        // Slow enough not to be done before the signal arrives, even on a busy machine.
        using var process = Start("detect", "in", "--out", "r.jsonl", "--jobs", "1", "--detail", "high");
        while (!process.HasExited && !(File.Exists(_folder["r.jsonl"]) && new FileInfo(_folder["r.jsonl"]).Length > 500))
        {
            await Task.Delay(5, _token);
        }

        await Command.RunAsync(_folder.Info, "kill", "-INT", process.Id.ToString(CultureInfo.InvariantCulture));
        await process.WaitForExitAsync(_token);
        Assert.Equal(130, process.ExitCode);
        Assert.EndsWith("\n", await File.ReadAllTextAsync(_folder["r.jsonl"], _token), StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("detect", "in", "--out", "r.jsonl", "--resume")).Code);
        Assert.Equal(200, (await NamesAsync(_folder["r.jsonl"])).Distinct().Count());
    }

    /// <summary>A service with one place and no queue refuses most requests.</summary>
    [Fact]
    public async Task A_service_that_refuses_loses_nothing()
    {
        await using var service = new LiveService(
            ("MaskApi:Admission:Concurrency", "1"), ("MaskApi:Admission:QueueLength", "1"));
        await service.InitializeAsync();
        for (var i = 0; i < 40; i++)
        {
            _folder.Write(string.Create(CultureInfo.InvariantCulture, $"in/{i}.jpg"), Portrait.Bytes);
        }

        _folder.Write("in/bad.jpg", [1, 2, 3]);
        var (code, _, error) = await RunAsync(
            "detect", "in", "--url", service.Address.AbsoluteUri, "--out", "r.jsonl", "--landmarks", "--annotate", "drawn");
        Assert.True(code == 1, error);
        var lines = await File.ReadAllLinesAsync(_folder["r.jsonl"], _token);
        Assert.Equal(41, lines.Length);
        Assert.Equal(40, lines.Count(static line => line.Contains("\"without_mask\"") && line.Contains("\"noseTipX\"")));
        Assert.Single(lines, static line => line.Contains("unsupported_media_type"));
        Assert.Equal(40, Directory.GetFiles(_folder["drawn/in"]).Length);
    }

    [Fact]
    public async Task The_service_and_the_pipeline_say_the_same()
    {
        await using var service = new LiveService();
        await service.InitializeAsync();
        var here = await RunAsync("detect", Portrait.Path, "--landmarks");
        var there = await RunAsync("detect", Portrait.Path, "--landmarks", "--url", service.Address.AbsoluteUri);
        Assert.Equal(here.Output, there.Output);
    }

    [Fact]
    public async Task A_stream_ends_when_the_pipe_ends()
    {
        File.WriteAllBytes(_folder["clip.mjpeg"], [.. Enumerable.Repeat(Portrait.Bytes, 20).SelectMany(static frame => frame)]);
        var (code, output, error) = await Command.TryAsync(
            _folder.Info, "bash", "-c", $"'{Executable}' detect - --stream < clip.mjpeg");
        Assert.True(code == 0, error);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line)).ToList();
        Assert.Equal(20, lines[^1].GetProperty("frame").GetInt64());
        Assert.Equal(20 - lines.Count, lines[^1].GetProperty("dropped").GetInt64());
        Assert.Equal("without_mask", lines[^1].GetProperty("faces")[0].GetProperty("verdict").GetString());
    }

    private static string Executable =>
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "MaskApi.Cli.exe" : "MaskApi.Cli");

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        Command.TryAsync(_folder.Info, Executable, arguments);

    private Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo(Executable, arguments) { WorkingDirectory = _folder.Info.FullName, RedirectStandardError = true })!;

    private static async Task<List<string>> NamesAsync(string path)
    {
        if (!Directory.Exists(path))
        {
            return path.EndsWith(".csv", StringComparison.Ordinal)
                ? [.. File.ReadLines(path).Skip(1).Select(static line => line.Split(',')[0])]
                : [.. File.ReadLines(path).Select(static line => JsonElement.Parse(line).GetProperty("picture").GetString()!)];
        }

        var names = new List<string>();
        foreach (var file in Directory.GetFiles(path))
        {
            await foreach (var row in Cli.Results.ParquetResultFolder.RowsAsync(file))
            {
                names.Add(row.Picture);
            }
        }

        return names;
    }
}
