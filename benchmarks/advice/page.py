"""The page /advise/."""

from django.shortcuts import render

from benchmarks.advice import advisor, text
from benchmarks.advice.form import QuestionForm
from benchmarks.advice.question import Question


def advise(request):
    """Show the form and, if its question is valid, the advice; without a question, the advice on the default one."""
    form = QuestionForm.from_query(request.GET)
    refused = form.is_bound and not form.is_valid()
    context = {"form": form}
    if not refused:
        advice = advisor.advise(form.cleaned_data["question"] if form.is_bound else Question())
        columns = [(option, text.title(option)) for option in advice.options]
        context |= {"columns": columns, "figures": text.figures(advice)}
        context |= {"verdict": text.verdict(advice), "reasons": [split_code(reason) for reason in text.reasons(advice)]}
    return render(request, "lab/advise.html", context, status=400 if refused else 200)


def split_code(sentence):
    """Return [(whether it is code, text)] of a sentence with backticks around code."""
    return [(index % 2 == 1, part) for index, part in enumerate(sentence.split("`"))]
