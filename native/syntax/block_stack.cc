#include "syntax/block_stack.h"

namespace dxpy::syntax {

void BlockStack::Push(Blocks kind, DefinitionId definition, Indentation indentation) {
  const BlockFrame& outer = top();
  BlockFrame frame;
  frame.own = kind;
  frame.within = outer.within | kind;
  frame.indentation = indentation;
  if ((kind & kInDefinition) != 0) {
    frame.definition = definition;
  } else {
    frame.definition = outer.definition;
    frame.since = outer.since | kind;
  }
  frames_.push_back(frame);
}

DefinitionId BlockStack::Pop() {
  const BlockFrame frame = frames_.back();
  frames_.pop_back();
  return (frame.own & kInDefinition) != 0 ? frame.definition : kNoDefinition;
}

bool BlockStack::CanOpen(Indentation indentation) const {
  const Indentation& outer = frames_.back().indentation;
  return indentation.column > outer.column && indentation.alternative > outer.alternative;
}

bool BlockStack::Fits(Indentation indentation) const {
  const Indentation& top = frames_.back().indentation;
  return indentation.column == top.column && indentation.alternative == top.alternative;
}

bool BlockStack::EndsTop(Indentation indentation) const {
  return indentation.column < frames_.back().indentation.column;
}

}  // namespace dxpy::syntax
