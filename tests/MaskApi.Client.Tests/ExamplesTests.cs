using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MaskApi.Testing;

namespace MaskApi.Client.Tests;

/// <summary>The programs in <c>examples</c>; the page is tested in MaskApi.BrowserTests.</summary>
[Trait("Category", "Slow")]
public sealed class ExamplesTests : IDisposable
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maskapi-examples-");
    private readonly string _service;

    public ExamplesTests(LiveService service)
    {
        _service = service.Address.GetLeftPart(UriPartial.Authority);
        _folder.CreateSubdirectory("photos");
        File.Copy(Pictures.AstronautFile, PathOf("photos/portrait.jpg"));
        File.WriteAllText(PathOf("photos/text.jpg"), "not a picture");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Python_prints_faces_and_says_what_is_refused()
    {
        Command.SkipWithout("python3");
        var (code, _, _) = await Command.TryAsync(_folder, "python3", "-c", "import requests");
        Assert.SkipWhen(code != 0, "Python's package requests is not installed.");
        (code, var output, var error) = await Command.TryAsync(
            _folder,
            "python3", Repository.PathOf("examples/python/detect.py"), "--url", _service, "photos/portrait.jpg", "photos/text.jpg");
        Assert.Equal(1, code);
        Assert.Matches(@"^photos/portrait\.jpg: without_mask [0-9.]+% at [0-9]+, [0-9]+$", output.Trim());
        Assert.StartsWith("photos/text.jpg: unsupported_media_type: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_worker_empties_its_folder_and_ends_when_told_to()
    {
        var program = Repository.Program("examples/worker", "MaskApi.Examples.Worker");
        var start = new ProcessStartInfo(program, ["--folder", "photos", "--masks:baseAddress", _service])
        {
            WorkingDirectory = _folder.FullName,
        };
        using var process = Process.Start(start)!;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_token);
            limit.CancelAfter(TimeSpan.FromMinutes(1));
            while (!File.Exists(PathOf("photos/done/portrait.jpg")) || !File.Exists(PathOf("photos/failed/text.jpg")))
            {
                Assert.False(process.HasExited, "The worker ended early.");
                await Task.Delay(20, limit.Token);
            }

            Assert.Empty(Directory.GetFiles(PathOf("photos")));
            var answer = JsonElement.Parse(await File.ReadAllTextAsync(PathOf("photos/done/portrait.jpg.json"), _token));
            Assert.Equal("without_mask", answer.GetProperty("faces")[0].GetProperty("label").GetString());

            Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that asks a process to end.");
            await Command.RunAsync(_folder, "kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture));
            await process.WaitForExitAsync(limit.Token);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task The_pipeline_lists_and_draws_faces_without_masks()
    {
        Command.SkipWithout("bash");
        Command.SkipWithout("curl");
        Command.SkipWithout("jq");
        File.CreateSymbolicLink(PathOf("maskapi"), Repository.Program("src/MaskApi.Cli", "MaskApi.Cli"));
        var script = Repository.PathOf("examples/shell/unmasked.sh");
        var output = await Command.RunAsync(
            _folder, "bash", "-c", $"PATH=$PWD:$PATH '{script}' photos report {_service}");
        Assert.Equal("1 without a mask: photos/portrait.jpg", output.Trim());
        Assert.Equal([0xFF, 0xD8], (await File.ReadAllBytesAsync(PathOf("report/photos_portrait.jpg.jpg"), _token))[..2]);
        var rows = await File.ReadAllLinesAsync(PathOf("report/faces.jsonl"), _token);
        Assert.Contains(rows, static row => row.Contains("unsupported_media_type", StringComparison.Ordinal));
    }

    private string PathOf(string relative) => Path.Combine(_folder.FullName, relative);
}
