using System.Text.Json;
using MaskApi.Client;

namespace MaskApi.Examples.Worker;

/// <summary>
/// Takes pictures from a folder. Each is moved to <c>done</c>, beside a JSON file of its faces, or to <c>failed</c> if the service refuses it.
/// While there is no service, pictures stay where they are. Move pictures in, rather than copying: a half-written file is refused.
/// </summary>
internal sealed partial class FolderWorker(IMaskApiClient masks, IConfiguration configuration, ILogger<FolderWorker> logger)
    : BackgroundService
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly DirectoryInfo _inbox = Directory.CreateDirectory(configuration["Folder"] ?? "inbox");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Looking once a second works on network shares too, where notifications of changes get lost.
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        do
        {
            await Parallel.ForEachAsync(
                _inbox.EnumerateFiles(),
                new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = stoppingToken },
                ProcessAsync);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async ValueTask ProcessAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            var detection = await masks.DetectAsync(Picture.FromFile(file.FullName), cancellationToken: cancellationToken);
            var done = _inbox.CreateSubdirectory("done").FullName;
            var answer = JsonSerializer.SerializeToUtf8Bytes(detection, _json);
            await File.WriteAllBytesAsync(Path.Combine(done, $"{file.Name}.json"), answer, cancellationToken);
            File.Move(file.FullName, Path.Combine(done, file.Name), overwrite: true);
            LogDone(file.Name, detection.Summary.Faces, detection.Summary.WithMask);
        }
        catch (MaskApiException exception) when (exception is PictureRejectedException || exception.Code == ProblemCodes.InternalError)
        {
            File.Move(file.FullName, Path.Combine(_inbox.CreateSubdirectory("failed").FullName, file.Name), overwrite: true);
            LogFailed(file.Name, exception.Code);
        }
        catch (Exception exception) when (exception is ServiceBusyException or HttpRequestException)
        {
            LogLater(file.Name, exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "{File}: {Faces} faces, {WithMask} with a mask")]
    private partial void LogDone(string file, int faces, int withMask);

    [LoggerMessage(LogLevel.Warning, "{File} is refused: {Code}")]
    private partial void LogFailed(string file, string code);

    [LoggerMessage(LogLevel.Warning, "{File} has to wait: {Reason}")]
    private partial void LogLater(string file, string reason);
}
