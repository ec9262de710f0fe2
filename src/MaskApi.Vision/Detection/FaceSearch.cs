namespace MaskApi.Vision.Detection;

/// <summary>One search through one picture: the looks taken so far and what they reported.</summary>
internal sealed class FaceSearch
{
    private readonly List<Look> _looks = [];
    private readonly List<FaceReport> _reports = [];
    private List<FaceEvidence>? _faces;

    /// <summary>The looks taken.</summary>
    internal IReadOnlyList<Look> Looks => _looks;

    /// <summary>What each look reported.</summary>
    internal IReadOnlyList<FaceReport> Reports => _reports;

    /// <summary>Input pixels of the looks taken: what the search cost.</summary>
    internal long InputPixels => _looks.Sum(look => look.InputPixels);

    /// <summary>The faces found so far, best first.</summary>
    internal IReadOnlyList<FaceEvidence> Faces => _faces ??= LookFusion.Merge([.. _reports], _looks);

    /// <summary>Adds what a look answered.</summary>
    /// <param name="look">The look.</param>
    /// <param name="answers">Its answers; sorted on return.</param>
    internal void Add(Look look, List<FaceCandidate> answers)
    {
        _looks.Add(look);
        answers.RemoveAll(answer => !look.Answers(answer.Box.Center));
        WeightedSuppression.Merge(answers, look, _reports);
        _faces = null;
    }
}
