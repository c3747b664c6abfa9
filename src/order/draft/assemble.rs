//! Which line of the allocation joins which draft, and what each draft says.

use super::{
    DraftItem, DraftOptions, Drafts,
    charges::PartCharges,
    delivery::{Deliveries, first_delivery},
    line::Pending,
    name::name,
    ordered::{Extent, Ordered, at_terms},
};
use crate::{
    order::{OrderError, PurchaseOrder, Reason, rates::Rates},
    sourcing::{AllocatedLine, Allocation, ExchangeRate, Offer, SourcingOptions, SupplierTerms},
    unit::{
        ByName, Currency, Day, Invalid, LocationId, Money, PurchaseOrderId, Sku, SupplierId,
        TimeOfDay, distinct, sort_by,
    },
};

/// What drafts are made of, beside the allocation.
#[derive(Debug)]
pub(in crate::order) struct Basis<'a> {
    pub(in crate::order) today: Day,
    pub(in crate::order) time: Option<TimeOfDay>,
    pub(in crate::order) offers: &'a [Offer],
    pub(in crate::order) terms: &'a [SupplierTerms],
    pub(in crate::order) exchange_rates: &'a [ExchangeRate],
    /// Checked.
    pub(in crate::order) options: &'a DraftOptions,
    /// What is known of products beside what the options say.
    pub(in crate::order) told: ByName<'a, Told<'a>>,
}

/// What is known of a product.
#[derive(Clone, Debug, Default)]
pub(in crate::order) struct Told<'a> {
    pub(in crate::order) description: Option<&'a str>,
    pub(in crate::order) items: Vec<&'a DraftItem>,
    pub(in crate::order) reasons: Vec<Reason>,
}

impl<'a> Basis<'a> {
    /// The drafts, without numbers.
    ///
    /// # Errors
    ///
    /// See [`draft_purchase_orders`](super::draft_purchase_orders).
    pub(in crate::order) fn drafts(
        mut self,
        allocation: &'a Allocation,
    ) -> Result<Drafts, OrderError> {
        let compared_in = allocation.total.currency();
        let rates = self.exchange_rates.to_vec();
        let rates = SourcingOptions {
            exchange_rates: rates,
            ..SourcingOptions::new(self.today, compared_in)
        };
        rates.check()?;
        for item in &self.options.items {
            self.told.entry(item.sku.as_str(), Told::default()).items.push(item);
        }
        for reason in &self.options.reasons {
            let told = self.told.entry(reason.sku.as_str(), Told::default());
            told.reasons.push(Reason { step: reason.step, text: reason.text.clone() });
        }
        let rates = Rates { stated: self.exchange_rates, today: self.today };
        let mut purchase_orders = Vec::with_capacity(allocation.orders.len());
        for ordered in self.ordered(allocation)? {
            self.draft(&ordered, &rates, &mut purchase_orders)?;
        }
        Ok(Drafts { purchase_orders, next_number: None })
    }

    /// What is known of a product.
    pub(super) fn told(&self, sku: &Sku) -> Option<&Told<'a>> {
        self.told.get(sku.as_str())
    }

    /// What is said of a product that is bought from a supplier, else what is said of it at all.
    pub(super) fn item<T: ?Sized>(
        &self,
        sku: &Sku,
        supplier: &SupplierId,
        field: fn(&'a DraftItem) -> Option<&'a T>,
    ) -> Option<&'a T> {
        let items = &self.told(sku)?.items;
        let of = |named: Option<&SupplierId>| {
            let item = items.iter().find(|item| item.supplier.as_ref() == named);
            item.and_then(|&item| field(item))
        };
        of(Some(supplier)).or_else(|| of(None))
    }

    /// The allocation's orders by supplier and delivery, each with its lines.
    fn ordered(&self, allocation: &'a Allocation) -> Result<Vec<Ordered<'a>>, Invalid> {
        let terms = self.terms_by_supplier()?;
        let mut ordered = Vec::with_capacity(allocation.orders.len());
        for (place, order) in allocation.orders.iter().enumerate() {
            let terms = terms.get(order.supplier.as_str()).map(|&at| (at, &self.terms[at]));
            let deliveries = Deliveries::new(terms.map(|(_, terms)| terms), self.today, self.time);
            let deliveries = deliveries.map_err(|invalid| at_terms(terms, invalid))?;
            ordered.push(Ordered { place, order, terms, deliveries, lines: Vec::new() });
        }
        sort_by(&mut ordered, |a, b| a.key().cmp(&b.key()));
        if let Some(pair) = ordered.windows(2).find(|pair| pair[0].key() == pair[1].key()) {
            let expected = "one order for each supplier and delivery";
            let invalid = Invalid::new("order_twice", expected, &pair[1].order.supplier);
            return Err(invalid.at(format_args!("orders[{}]", pair[1].place)));
        }
        let offers = self.offers_of(&allocation.lines);
        for (place, line) in allocation.lines.iter().enumerate() {
            let at = |invalid: Invalid| invalid.at(format_args!("lines[{place}]"));
            let key = (&line.supplier, line.delivery);
            let joins = ordered.partition_point(|ordered| ordered.key() < key);
            let Some(order) = ordered.get_mut(joins).filter(|ordered| ordered.key() == key) else {
                let expected = "a supplier among the allocation's orders";
                let invalid = Invalid::new("supplier_unknown", expected, &line.supplier);
                return Err(at(invalid.at("supplier")));
            };
            let offer = self.offer(line, &offers).map_err(|invalid| at(invalid.at("offer")))?;
            let known = order.deliveries.earliest(line.arrival, offer);
            let earliest = known.map_err(|invalid| at_terms(order.terms, invalid))?;
            let requested = match line.delivery {
                Some(day) => day.max(earliest),
                None => order.deliveries.requested(earliest, line.requirement.need_by)?,
            };
            let location =
                self.item(&line.requirement.sku, &line.supplier, |item| item.location.as_ref());
            let location = location.or(self.options.location.as_ref());
            order.lines.push(Pending { place, line, offer, earliest, requested, location });
        }
        for Ordered { place, order, lines, .. } in &ordered {
            let values = lines.iter().map(|pending| pending.line.purchase.goods);
            let goods = Money::sum(values, order.goods.currency())?;
            if goods != order.goods {
                let expected = format!("the sum of the lines, {goods}");
                let invalid = Invalid::new("goods_wrong", expected, order.goods);
                return Err(invalid.at("goods").at(format_args!("orders[{place}]")));
            }
        }
        Ok(ordered)
    }

    fn terms_by_supplier(&self) -> Result<ByName<'a, usize>, Invalid> {
        let mut places = ByName::new();
        for (place, terms) in self.terms.iter().enumerate() {
            if *places.entry(terms.supplier.as_str(), place) != place {
                let expected = "each supplier's terms once";
                let invalid = Invalid::new("supplier_twice", expected, &terms.supplier);
                return Err(invalid.at(format_args!("terms[{place}]")));
            }
        }
        Ok(places)
    }

    /// The offers that lines take up, by their names: one pass over what may be a whole market.
    fn offers_of(&self, lines: &'a [AllocatedLine]) -> ByName<'a, Vec<&'a Offer>> {
        let mut offers: ByName<'a, Vec<&'a Offer>> = ByName::new();
        for line in lines {
            offers.entry(line.offer.as_str(), Vec::new());
        }
        for offer in self.offers {
            if let Some(named) = offers.get_mut(offer.id.as_str()) {
                named.push(offer);
            }
        }
        offers
    }

    /// The offer of a line; none where no offers are given at all.
    fn offer(
        &self,
        line: &AllocatedLine,
        offers: &ByName<'a, Vec<&'a Offer>>,
    ) -> Result<Option<&'a Offer>, Invalid> {
        if self.offers.is_empty() {
            return Ok(None);
        }
        let named = offers.get(line.offer.as_str()).map_or(&[][..], Vec::as_slice);
        let mut own = named
            .iter()
            .filter(|offer| (&offer.supplier, &offer.sku) == (&line.supplier, &line.sku));
        let Some(&offer) = own.next() else {
            let expected =
                format!("an offer of {} by {} among those given", line.sku, line.supplier);
            return Err(Invalid::new("offer_unknown", expected, &line.offer));
        };
        if own.any(|other| other != &offer) {
            let expected = "one offer of this name, supplier and product";
            return Err(Invalid::new("offer_twice", expected, &line.offer));
        }
        Ok(Some(offer))
    }

    /// Drafts one order of the allocation, divided as the rules say.
    fn draft(
        &self,
        ordered: &Ordered<'a>,
        rates: &Rates<'_>,
        drafts: &mut Vec<PurchaseOrder>,
    ) -> Result<(), Invalid> {
        let mut lines = ordered.lines.clone();
        sort_by(&mut lines, |a, b| {
            let by_part = self.part(a).cmp(&self.part(b));
            by_part.then_with(|| a.key().cmp(&b.key()))
        });
        let parts: Vec<&[Pending<'a>]> =
            lines.chunk_by(|a, b| self.part(a) == self.part(b)).collect();
        let extent = if parts.len() > 1 { Extent::Part } else { Extent::Whole };
        let mut charges = Vec::with_capacity(parts.len());
        for part in &parts {
            charges.push(ordered.charges(part, extent, rates)?);
        }
        let division = self.division(ordered, &parts, &charges, rates)?;
        for (part, charges) in parts.iter().zip(&charges) {
            let mut draft = self.part_draft(ordered, part, charges, rates)?;
            draft.notes.extend(division.clone());
            drafts.push(draft);
        }
        Ok(())
    }

    /// What lines of one draft have in common, beside their order.
    fn part<'p>(&self, line: &Pending<'p>) -> (Option<Day>, Option<&'p LocationId>, Currency) {
        let rules = self.options.rules;
        (
            rules.by_delivery_day.then_some(line.requested),
            line.location.filter(|_| !rules.locations_together),
            line.currency(),
        )
    }

    /// What drafts say that come of one order of the allocation.
    fn division(
        &self,
        ordered: &Ordered<'_>,
        parts: &[&[Pending<'_>]],
        charges: &[PartCharges],
        rates: &Rates<'_>,
    ) -> Result<Option<String>, Invalid> {
        let [first, others @ ..] = parts else { return Ok(None) };
        if others.is_empty() {
            return Ok(None);
        }
        let (day, location, currency) = self.part(&first[0]);
        let mut kinds = Vec::new();
        let differ =
            |differs: &dyn Fn(&Pending<'_>) -> bool| others.iter().any(|part| differs(&part[0]));
        if differ(&|line| self.part(line).0 != day) {
            kinds.push("delivery day");
        }
        if differ(&|line| self.part(line).1 != location) {
            kinds.push("location");
        }
        let currencies = differ(&|line| line.currency() != currency);
        if currencies {
            kinds.push("currency");
        }
        let kinds = kinds.join(" and ");
        let mut note = vec![format!("one of {} orders, divided by {kinds}", parts.len())];
        if !currencies {
            let whole = ordered.charges(&ordered.lines, Extent::Part, rates)?;
            let mut more = Money::zero(currency).minus(whole.total()?)?;
            for part in charges {
                more = more.plus(part.total()?)?;
            }
            if more.is_negative() {
                let less = Money::zero(currency).minus(more)?;
                note.push(format!("together they pay {less} less freight and charges than one"));
            } else if !more.is_zero() {
                note.push(format!("together they pay {more} more freight and charges than one"));
            }
        }
        Ok(Some(note.join("; ")))
    }

    fn part_draft(
        &self,
        ordered: &Ordered<'_>,
        part: &[Pending<'_>],
        charges: &PartCharges,
        rates: &Rates<'_>,
    ) -> Result<PurchaseOrder, Invalid> {
        let Ordered { order, deliveries, .. } = ordered;
        let currency = part[0].currency();
        let location = common(part.iter().map(|line| line.location)).flatten();
        let mut exchanged = charges.exchanged.clone();
        let mut lines = Vec::with_capacity(part.len());
        for line in part {
            let drafted = line.draft(self, &lines, location, (rates, &mut exchanged));
            let drafted =
                drafted.map_err(|invalid| invalid.at(format_args!("lines[{}]", line.place)))?;
            lines.push(drafted);
        }
        let requested = self.requested(ordered, part)?;
        let last = part.iter().map(|line| line.earliest).max();
        let zero = Money::zero(currency);
        let mut draft = PurchaseOrder {
            id: PurchaseOrderId::new("~")?,
            number: None,
            revision: 1,
            supplier: order.supplier.clone(),
            supplier_name: order.name.clone().or_else(|| ordered.terms?.1.name.clone()),
            location: location.cloned(),
            currency,
            order_date: self.today,
            requested_delivery: requested,
            order_by: deliveries
                .order_by(part.iter().map(|line| (line.offer, line.earliest.max(requested)))),
            lines,
            goods: zero,
            freight: charges.freight,
            charges: charges.charges,
            charges_tax_rate: self.options.charges_tax_rate,
            net: zero,
            taxes: Vec::new(),
            tax: zero,
            total: zero,
            expected_arrival: last.map_or(requested, |last| last.max(requested)),
            notes: Vec::new(),
            merged: Vec::new(),
        };
        draft.add_up()?;
        draft.id = name(&draft)?;
        draft.notes = self.notes(ordered, part, &draft, charges);
        for from in distinct(exchanged) {
            let words = rates.words(from, currency);
            draft.notes.push(format!("what is stated in {from} is exchanged: {words}"));
        }
        Ok(draft)
    }

    /// The day on which all of a draft shall come.
    fn requested(&self, ordered: &Ordered<'_>, part: &[Pending<'_>]) -> Result<Day, Invalid> {
        if self.options.rules.by_delivery_day || ordered.order.delivery.is_some() {
            let day = part.iter().map(|line| line.requested).max();
            return Ok(day.unwrap_or(self.today));
        }
        let lines = part.iter().map(|line| (line.earliest, line.line.requirement.need_by));
        match first_delivery(lines) {
            Some(first) => ordered.deliveries.requested(first.ready, first.needed),
            None => Ok(self.today),
        }
    }

    fn notes(
        &self,
        ordered: &Ordered<'_>,
        part: &[Pending<'_>],
        draft: &PurchaseOrder,
        charges: &PartCharges,
    ) -> Vec<String> {
        let order = ordered.order;
        let given = self.options.notes.iter();
        let for_this = given.filter(|note| {
            note.supplier.as_ref().is_none_or(|supplier| supplier == &order.supplier)
        });
        let mut notes: Vec<String> = for_this.map(|note| note.text.clone()).collect();
        if ordered.deliveries.order_day > self.today {
            notes.push(format!("the supplier takes the order on {}", ordered.deliveries.order_day));
        }
        for Pending { line, earliest, .. } in part {
            let sku = &line.sku;
            if *earliest > line.arrival {
                let expected = line.arrival;
                notes.push(format!(
                    "ordered now, {sku} can come on {earliest}, not on {expected} as it was allocated"
                ));
            }
            let need_by = line.requirement.need_by;
            let late = need_by.days_until(draft.requested_delivery.max(*earliest));
            if late > 0 {
                let days = if late == 1 { "day" } else { "days" };
                notes.push(format!("{sku} comes {late} {days} after it is needed on {need_by}"));
            }
        }
        if let Some(missing) = charges.missing {
            notes.push(format!(
                "{missing} below the supplier's minimum order value: it refuses such an order"
            ));
        }
        if self.offers.is_empty() && !order.line_charges.is_zero() {
            let missing =
                "what the supplier charges on lines, and tax, are not known without offers";
            notes.push(missing.to_owned());
        }
        notes
    }
}

impl<'a> Pending<'a> {
    /// The sequence of lines: by product, then as in an allocation.
    fn key(&self) -> (&'a Sku, Day, &'a str, u64) {
        let line = self.line;
        (&line.sku, line.requirement.need_by, line.offer.as_str(), line.purchase.packs)
    }
}

/// What all have in common, if they do.
fn common<T: PartialEq>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.all(|item| item == first).then_some(first)
}
