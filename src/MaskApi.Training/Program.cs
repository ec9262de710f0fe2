using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.Json;
using MaskApi.Training.Commands;
using MaskApi.Training.Reports;
using MaskApi.Vision.Inference;

// One class per verb, in Commands/, each with `public static Command Create()`.
var root = new RootCommand("Converts the face detectors; trains and evaluates the mask classifier.")
{
    CalibrateDetectorCommand.Create(),
    CleanLabelsCommand.Create(),
    ConvertDetectorCommand.Create(),
    CropsCommand.Create(),
    CrossValidateCommand.Create(),
    EvaluateCommand.Create(),
    FetchCommand.Create(),
    FitFaceHeadCommand.Create(),
    PackDetectorDataCommand.Create(),
    TrainCommand.Create(),
    TuneDetectorCommand.Create(),
};

var parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction error)
{
    // Help is for a call without a verb. After a mistake in an option it would only push the error off the screen.
    error.ShowHelp = parsed.CommandResult.Command == root;
}

try
{
    // On Ctrl-C, a run ends its step, says so and leaves a complete checkpoint. Only afterwards would it be killed.
    return await parsed.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
    });
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception e) when (e is IOException or InvalidDataException or JsonException or ModelLoadException
    or HttpRequestException or NotSupportedException or UnauthorizedAccessException)
{
    // Something is wrong with a file, not with the program: the message says what, and a stack trace would hide it.
    RunConsole.Warn(e.Message);
    return 1;
}
