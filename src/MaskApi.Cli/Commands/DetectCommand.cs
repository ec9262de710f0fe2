using System.CommandLine;
using System.CommandLine.Parsing;
using MaskApi.Cli.Analysis;
using MaskApi.Cli.Display;
using MaskApi.Cli.Inputs;
using MaskApi.Cli.Results;
using MaskApi.Cli.Streaming;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;
using Spectre.Console;

namespace MaskApi.Cli.Commands;

/// <summary><c>detect</c>: finds and classifies the faces of pictures.</summary>
internal sealed class DetectCommand
{
    private readonly Argument<string[]> _paths = new("PATH")
    {
        Description = "Files, folders (searched recursively), globs such as 'photos/**/*.jpg', addresses, or - for standard input.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _list = new("--list")
    {
        Description = "File with one path or address per line; - for standard input.",
    };

    private readonly Option<string?> _output = new("--out", "-o")
    {
        Description = "Where results go: FILE.jsonl, FILE.csv, FOLDER.parquet, or - for JSON Lines on standard output. "
            + "By default a table on a terminal, and JSON Lines elsewhere.",
    };

    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Skip the pictures that --out already holds, also after a crash.",
    };

    private readonly Option<bool> _force = new("--force") { Description = "Overwrite --out if it exists." };

    private readonly Option<string?> _annotate = new("--annotate")
    {
        Description = "Folder for copies of the pictures with their faces marked.",
    };

    private readonly Option<Redaction> _redact = new("--redact")
    {
        Description = "Make the faces drawn by --annotate unrecognizable: none, blur or pixelate.",
    };

    private readonly Option<string?> _shard = new("--shard")
    {
        Description = "I/N: process only part I of N, counted from 0. The hash of a picture's name decides its part.",
    };

    private readonly Option<bool> _stream = new("--stream")
    {
        Description = "Read a stream of JPEGs from standard input and always analyze the newest. Writes one JSON line per frame.",
    };

    private readonly Option<string?> _url = new("--url")
    {
        Description = "Use the service at this address instead of the models in this program.",
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = "Key for the service. Better in the environment variable MASKAPI_KEY, which no list of processes shows.",
        DefaultValueFactory = static _ => Environment.GetEnvironmentVariable("MASKAPI_KEY"),
    };

    private readonly Option<int?> _jobs = new("--jobs", "-j")
    {
        Description = "Pictures at a time. By default the number of processors; with --url, as many as the service takes, up to 64.",
    };

    private readonly Option<float?> _threshold = new("--detection-threshold")
    {
        Description = "Minimum confidence that something is a face, 0 to 1; 0.5 by default.",
    };

    private readonly Option<float?> _minConfidence = new("--min-confidence")
    {
        Description = "Verdicts less sure than this are uncertain, 0.5 to 1; 0.6 by default.",
    };

    private readonly Option<int?> _maxFaces = new("--max-faces")
    {
        Description = "Maximum number of faces per picture, largest first, 1 to 1000; 100 by default.",
    };

    private readonly Option<DetectionDetail?> _detail = new("--detail")
    {
        Description = "Detection effort: fast, auto or high. By default auto, or fast with --stream.",
    };

    private readonly Option<bool> _landmarks = new("--landmarks") { Description = "Add the six key points of each face." };

    private readonly Option<string?> _models = new("--models") { Description = "Folder with models to use instead of the program's own." };

    /// <summary>The command.</summary>
    public static Command Create() => new DetectCommand().Build();

    private Command Build()
    {
        var command = new Command("detect", "Finds every face in pictures and tells how it wears a mask.")
        {
            _paths, _list, _output, _resume, _force, _annotate, _redact, _shard, _stream, _url, _key, _jobs,
            _threshold, _minConfidence, _maxFaces, _detail, _landmarks, _models,
        };
        command.Validators.Add(result =>
        {
            try
            {
                ValidateValues(result);
            }
            catch (InvalidOperationException)
            {
                // A value that cannot be parsed cannot be checked; the library reports it.
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private void ValidateValues(CommandResult result)
    {
        Require(result.GetValue(_threshold) is null or (>= 0 and <= 1), "--detection-threshold must be between 0 and 1.");
        Require(result.GetValue(_minConfidence) is null or (>= 0.5f and <= 1), "--min-confidence must be between 0.5 and 1.");
        Require(result.GetValue(_maxFaces) is null or (>= 1 and <= 1000), "--max-faces must be between 1 and 1000.");
        Require(result.GetValue(_jobs) is null or (>= 1 and <= 1000), "--jobs must be between 1 and 1000.");
        Require(
            result.GetValue(_shard) is not { } shard || Shard.TryParse(shard, out _),
            "--shard must be I/N with I from 0 to N - 1, for example 0/4.");
        Require(
            result.GetValue(_url) is not { } url || (PictureInputs.IsAddress(url) && Uri.TryCreate(url, UriKind.Absolute, out _)),
            "--url must be an http or https address.");
        var output = result.GetValue(_output);
        Require(
            output is null or ResultWriters.StandardOutput || ResultWriters.Extensions.Contains(Path.GetExtension(output)),
            $"--out must end in {string.Join(", ", ResultWriters.Extensions)}, or be -.");
        Require(
            !result.GetValue(_resume) || output is not (null or ResultWriters.StandardOutput),
            "--resume needs an --out that can be read again.");
        Require(result.GetValue(_redact) == Redaction.None || result.GetValue(_annotate) is not null, "--redact needs --annotate.");
        Require(!(result.GetValue(_resume) && result.GetValue(_force)), "--resume and --force exclude each other.");
        if (result.GetValue(_stream))
        {
            Require(
                result.GetValue(_paths) is ["-"] && result.GetValue(_list) is null,
                "--stream reads standard input: detect - --stream.");
            Require(output is null or ResultWriters.StandardOutput, "--stream writes to standard output.");
            Require(result.GetValue(_annotate) is null, "--stream writes no pictures.");
        }

        void Require(bool condition, string message)
        {
            if (!condition)
            {
                result.AddError(message);
            }
        }
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            return parsed.GetValue(_stream)
                ? await StreamAsync(parsed, cancellationToken).ConfigureAwait(false)
                : await DetectAsync(parsed, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is UsageException or ModelLoadException)
        {
            await Console.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return ExitCode.Usage;
        }
    }

    private float MinConfidence(ParseResult parsed) => parsed.GetValue(_minConfidence) ?? FaceVerdict.DefaultMinConfidence;

    private AnalysisOptions Options(ParseResult parsed, bool live) => new()
    {
        DetectionThreshold = parsed.GetValue(_threshold) ?? 0.5f,
        MaxFaces = parsed.GetValue(_maxFaces) ?? 100,
        Detail = parsed.GetValue(_detail) ?? (live ? DetectionDetail.Fast : DetectionDetail.Auto),
    };

    private async Task<int> DetectAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var inputs = new PictureInputs(parsed.GetValue(_paths) ?? [], parsed.GetValue(_list));
        inputs.Validate();
        var done = parsed.GetValue(_resume) || inputs.MayRepeat ? new HashSet<UInt128>() : null;
        using var analyzer = CreateAnalyzer(parsed, live: false);
        var writer = await OpenWriterAsync(parsed, parsed.GetValue(_resume) ? done : null).ConfigureAwait(false);
        var summary = new RunSummary(TimeProvider.System);
        using var run = new DetectRun
        {
            Inputs = inputs,
            Part = parsed.GetValue(_shard) is { } part && Shard.TryParse(part, out var shard) ? shard : Shard.All,
            Done = done,
            Analyzer = analyzer,
            Writer = writer,
            MinConfidence = MinConfidence(parsed),
            Landmarks = parsed.GetValue(_landmarks),
            Summary = summary,
        };

        using var counting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var total = run.CountAsync(done?.Count ?? 0, counting.Token);
        try
        {
            // Before the summary: the table and the last Parquet file are written when the writer is disposed.
            await using (writer.ConfigureAwait(false))
            {
                await ProgressDisplay.RunAsync(summary, total, () => run.RunAsync(cancellationToken)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"Interrupted. {summary}").ConfigureAwait(false);
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is ServiceLostException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"Ended early: {exception.Message}\n{summary}").ConfigureAwait(false);
            return ExitCode.SomeFailed;
        }
        finally
        {
            await counting.CancelAsync().ConfigureAwait(false);
        }

        await Console.Error.WriteLineAsync(summary.ToString()).ConfigureAwait(false);
        return summary.Failed == 0 ? ExitCode.Success : ExitCode.SomeFailed;
    }

    private async Task<int> StreamAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var analyzer = CreateAnalyzer(parsed, live: true);
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        var run = new FrameRun(analyzer, TimeProvider.System)
        {
            MinConfidence = MinConfidence(parsed),
            Landmarks = parsed.GetValue(_landmarks),
        };
        try
        {
            await run.RunAsync(input, output, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"Interrupted. {run}").ConfigureAwait(false);
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (exception is ServiceLostException or IOException)
        {
            await Console.Error.WriteLineAsync($"Ended early: {exception.Message}\n{run}").ConfigureAwait(false);
            return ExitCode.SomeFailed;
        }

        await Console.Error.WriteLineAsync(run.ToString()).ConfigureAwait(false);
        return run.Failed == 0 ? ExitCode.Success : ExitCode.SomeFailed;
    }

    private async Task<IResultWriter> OpenWriterAsync(ParseResult parsed, HashSet<UInt128>? done)
    {
        var output = parsed.GetValue(_output) ?? (Console.IsOutputRedirected ? ResultWriters.StandardOutput : null);
        return output is null
            ? new TableWriter(AnsiConsole.Console)
            : await ResultWriters.OpenAsync(output, parsed.GetValue(_landmarks), parsed.GetValue(_force), done).ConfigureAwait(false);
    }

    private IPictureAnalyzer CreateAnalyzer(ParseResult parsed, bool live)
    {
        var options = Options(parsed, live);
        var annotations = parsed.GetValue(_annotate) is { } folder
            ? new AnnotationFolder(folder, MinConfidence(parsed), parsed.GetValue(_redact))
            : null;
        if (parsed.GetValue(_url) is { } url)
        {
            return ServiceAnalyzer.Create(
                new Uri(url),
                parsed.GetValue(_key),
                new Client.DetectionOptions
                {
                    DetectionThreshold = options.DetectionThreshold,
                    MinConfidence = MinConfidence(parsed),
                    MaxFaces = options.MaxFaces,
                    Detail = Enum.Parse<Client.DetectionDetail>(options.Detail.ToString()),
                    Landmarks = parsed.GetValue(_landmarks),
                },
                live ? 1 : parsed.GetValue(_jobs) ?? ServiceAnalyzer.MaxRequests,
                // For a camera, a late answer is about a moment that has passed.
                retry: !live,
                annotations);
        }

        var pipeline = FacePipeline.Load(new VisionOptions { ModelsPath = parsed.GetValue(_models) });
        pipeline.WarmUp();
        return new PipelineAnalyzer(pipeline, options, live ? 1 : parsed.GetValue(_jobs) ?? Environment.ProcessorCount, annotations);
    }
}
