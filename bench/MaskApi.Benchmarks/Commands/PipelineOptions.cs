using System.CommandLine;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Inference;

namespace MaskApi.Benchmarks.Commands;

/// <summary>What the commands have in common: which picture, how it is looked at, and with which classifier.</summary>
internal sealed class PipelineOptions
{
    private Option<FileInfo> Picture { get; } = new("--picture")
    {
        Description = "The picture.",
        DefaultValueFactory = static _ => new FileInfo(Pictures.PortraitPath),
    };

    private Option<DetectionDetail> Detail { get; } = new("--detail")
    {
        Description = "How closely it is looked at.",
        DefaultValueFactory = static _ => DetectionDetail.Fast,
    };

    private Option<ModelPrecision> Precision { get; } = new("--precision")
    {
        Description = "What the classifier computes with.",
        DefaultValueFactory = static _ => ModelPrecision.Float,
    };

    private Option<int> IntraOpThreads { get; } = new("--intra-op")
    {
        Description = "Threads inside one model run.",
        DefaultValueFactory = static _ => 1,
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(Picture);
        command.Options.Add(Detail);
        command.Options.Add(Precision);
        command.Options.Add(IntraOpThreads);
    }

    /// <summary>The picture that the options name, and how it is to be looked at.</summary>
    public (byte[] Picture, AnalysisOptions Analysis) Read(ParseResult result) =>
        (File.ReadAllBytes(result.GetValue(Picture)!.FullName), new AnalysisOptions { Detail = result.GetValue(Detail) });

    /// <summary>What the classifier is to compute with.</summary>
    public ModelPrecision PrecisionOf(ParseResult result) => result.GetValue(Precision);

    /// <summary>The warmed pipeline that the options ask for.</summary>
    public FacePipeline Load(ParseResult result)
    {
        var pipeline = FacePipeline.Load(new VisionOptions
        {
            Precision = result.GetValue(Precision),
            IntraOpThreads = result.GetValue(IntraOpThreads),
        });
        pipeline.WarmUp();
        return pipeline;
    }
}
