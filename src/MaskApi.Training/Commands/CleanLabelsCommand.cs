using System.CommandLine;
using MaskApi.Training.Data;
using MaskApi.Training.Reports;

namespace MaskApi.Training.Commands;

/// <summary>
/// <c>clean-labels</c>: corrects a crop cache whose data set labels every masked face as masked, however the mask is worn.
/// </summary>
internal static class CleanLabelsCommand
{
    public static Command Create()
    {
        var cache = new Argument<FileInfo>("crops.zip") { Description = "A crop cache written by 'crops'." };
        cache.AcceptExistingOnly();
        var answers = new Option<FileInfo>("--answers")
        {
            Description = "Predictions of 'cross-validate --by source' with this data set held out.",
            Required = true,
        };
        answers.AcceptExistingOnly();
        var incorrect = new Option<double>("--incorrect-from")
        {
            Description = "Minimum probability of an incorrectly worn mask to relabel a face labelled as masked; above 1 relabels none.",
            DefaultValueFactory = _ => 0.5,
        };
        var doubtful = new Option<double>("--doubtful-from")
        {
            Description = "Minimum such probability to leave a face out.",
            DefaultValueFactory = _ => 0.2,
        };
        var output = new Option<string>("--out") { Description = "The cache file to write.", Required = true };
        var command = new Command(
            "clean-labels",
            "Relabels or leaves out faces labelled as masked that a network without their data set classifies as worn incorrectly.")
        {
            cache, answers, incorrect, doubtful, output,
        };
        command.SetAction(parse =>
        {
            var crops = CropFile.Read(parse.GetRequiredValue(cache).FullName);
            var verdicts = HeldOutAnswersFile.Read(parse.GetRequiredValue(answers).FullName);
            var cleaned = LabelCleaning.Apply(crops, verdicts, parse.GetValue(incorrect), parse.GetValue(doubtful));
            var path = parse.GetRequiredValue(output);
            CropFile.Write(path, cleaned.Crops);
            RunConsole.Line(
                $"{path}: {cleaned.Crops.Count} of {crops.Count} faces, {cleaned.Relabelled} relabelled, {cleaned.LeftOut} left out, "
                + $"data {CropFile.Fingerprint(cleaned.Crops)[..16]}");
            return 0;
        });
        return command;
    }
}
